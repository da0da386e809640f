/** Where a browser keeps the keys of its logins: IndexedDB of the gate's origin, which takes keys that nobody can read. */
import type { ProofSecret } from './proof-crypto.ts'

const database = 'sekisho'
const store = 'keys'
/** Several logins at once, in several tabs, leave each other's keys alone. */
const kept = 8

/** No base64url, as keyids are. */
const tripMark = 'trip:'
const isTrip = (keyid: string) => keyid.startsWith(tripMark)

interface KeyRow {
  readonly keyid: string
  readonly key: ProofSecret
  /** Unix time in milliseconds. */
  readonly at: number
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

function committed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = () => reject(transaction.error)
    transaction.oncomplete = () => resolve()
    transaction.onerror = fail
    transaction.onabort = fail
  })
}

/** Opened for each use: an open database keeps others from removing it. Rejects where a browser keeps nothing. */
async function within<T>(
  mode: IDBTransactionMode,
  use: (keys: IDBObjectStore) => Promise<T> | T,
): Promise<T> {
  const opening = indexedDB.open(database, 1)
  opening.onupgradeneeded = () => opening.result.createObjectStore(store, { keyPath: 'keyid' })
  const opened = await settled(opening)
  try {
    return await use(opened.transaction(store, mode).objectStore(store))
  } finally {
    opened.close()
  }
}

/** Ends when it is on the disk. */
function change<T>(use: (keys: IDBObjectStore) => Promise<T> | T): Promise<T> {
  return within('readwrite', async (keys) => {
    const ended = committed(keys.transaction)
    const [result] = await Promise.all([use(keys), ended])
    return result
  })
}

export async function keepKey(keyid: string, key: ProofSecret): Promise<void> {
  await change(async (keys) => {
    keys.put({ keyid, key, at: Date.now() } satisfies KeyRow)
    const rows = (await settled(keys.getAll())) as readonly KeyRow[]
    // Never this one, which looks old where the clock was put back.
    const others = rows.filter((row) => row.keyid !== keyid && isTrip(row.keyid) === isTrip(keyid))
    const old = others.sort((one, other) => other.at - one.at).slice(kept - 1)
    for (const row of old) keys.delete(row.keyid)
  })
}

export async function findKey(keyid: string): Promise<ProofSecret | undefined> {
  const row = await within('readonly', (keys) => settled(keys.get(keyid)) as Promise<KeyRow | undefined>)
  return row?.key
}

/** Of a trip to a login host, which is no session's: however many are given up, no key in use makes room for them. */
export async function keepTripKey(trip: string, key: ProofSecret): Promise<void> {
  await keepKey(tripMark + trip, key)
}

/** Once. */
export async function takeTripKey(trip: string): Promise<ProofSecret | undefined> {
  return change(async (keys) => {
    const row = (await settled(keys.get(tripMark + trip))) as KeyRow | undefined
    keys.delete(tripMark + trip)
    return row?.key
  })
}

/** At sign-out. There is one session in a browser, so all keys are its own or older ones. */
export async function forgetKeys(): Promise<void> {
  await change((keys) => void keys.clear())
}
