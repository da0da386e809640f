/** A helper process of the benchmark: functions that are called from here and run there. */
import { fork } from 'node:child_process'
import path from 'node:path'

// `never`: whatever the functions take, only their own callers know.
type Calls = Readonly<Record<string, (job: never) => Promise<unknown>>>

export interface Helper<C extends Calls> {
  readonly pid: number
  call<N extends keyof C & string>(name: N, job: Parameters<C[N]>[0]): Promise<Awaited<ReturnType<C[N]>>>
  stop(): Promise<void>
}

interface Asked {
  readonly id: number
  readonly name: string
  readonly job: unknown
}

type Told = { readonly id: number; readonly value: unknown } | { readonly id: number; readonly fault: string }

/** Starts `file`, which calls `serveCalls` with the functions that `C` is the type of. */
export function startHelper<C extends Calls>(file: string): Helper<C> {
  const child = fork(path.join(import.meta.dirname, file), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  let asked = 0
  const exited = new Promise<void>((resolve) => {
    child.once('exit', (code) => {
      for (const { reject } of waiting.values())
        reject(new Error(`The helper ${file} ended by itself (exit code ${String(code)}).`))
      resolve()
    })
  })
  child.on('message', (message) => {
    const told = message as Told
    const waiter = waiting.get(told.id)
    waiting.delete(told.id)
    if ('fault' in told) waiter?.reject(new Error(told.fault))
    else waiter?.resolve(told.value)
  })
  return {
    pid: child.pid ?? 0,
    call: (name, job) => {
      const id = ++asked
      const answered = new Promise<unknown>((resolve, reject) => waiting.set(id, { resolve, reject }))
      child.send({ id, name, job } satisfies Asked)
      return answered as never
    },
    stop: async () => {
      child.kill()
      await exited
    },
  }
}

/** The other side; the process ends with the one that started it. */
export function serveCalls(calls: Calls): void {
  process.on('disconnect', () => process.exit())
  process.on('message', (message) => {
    const { id, name, job } = message as Asked
    void run(calls, name, job).then(
      (value) => process.send?.({ id, value } satisfies Told),
      (thrown: unknown) => process.send?.({ id, fault: String(thrown) } satisfies Told),
    )
  })
}

async function run(calls: Calls, name: string, job: unknown): Promise<unknown> {
  const call = calls[name]
  if (call === undefined) throw new Error(`The helper has no function ${name}.`)
  return call(job as never)
}
