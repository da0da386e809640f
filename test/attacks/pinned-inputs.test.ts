/**
 * What a page shows in a box that nobody can type into comes back with the next call, and nobody asks whether it is what was
 * shown: whoever calls the function names the price.
 */
import { describe, expect, it } from 'vitest'
import { rulesOf } from '../../src/inputs/sample.contract.ts'
import { askJson } from '../rig/ask.ts'
import { readEvents } from '../rig/use-app.ts'
import { readAuditRecords } from './audit-records.ts'
import { useApp, useGate, useSession } from './targets.ts'
import { indexOf, newSession } from './ways-to-call.ts'

const app = useApp('shop')
const gate = useGate(app, {
  config: {
    inputs: rulesOf({
      buy: { require: [{ if: { item: 'yacht' }, then: { sure: true } }], pin: ['price'] },
    }),
  },
})
const cookie = useSession(gate)

type Call = (name: string, ...data: readonly unknown[]) => Promise<string>

/** One page: its calls go through the queue in one session; each answers the last message. */
function page(where: 'app' | 'gate'): Call {
  const session_hash = newSession()
  const url = where === 'app' ? app().url : gate().url
  const headers: Record<string, string> = where === 'app' ? {} : { cookie: cookie() }
  return async (name, ...data) => {
    const fn_index = await indexOf(app().url, name)
    const joined = await askJson(url, '/gradio_api/queue/join', { fn_index, session_hash, data }, { headers })
    if (joined.status !== 200) return joined.body
    const address = `${url}/gradio_api/queue/data?session_hash=${session_hash}`
    return readEvents(address, headers, /"process_completed".*\n/)
  }
}

const refused = 'This input is not allowed. (Price)'

describe('on the bare app', () => {
  it('a forged price succeeds: a yacht is sold for a penny', async () => {
    const call = page('app')
    expect(await call('quote', 'yacht')).toContain('250000')
    expect(await call('buy', 'yacht', 0.01, true)).toContain('sold a yacht for 0.01')
  })
})

describe('behind the gate', () => {
  it('a forged price is refused, the one that was shown is not', async () => {
    const call = page('gate')
    expect(await call('quote', 'yacht')).toContain('250000')
    expect(await call('buy', 'yacht', 0.01, true)).toContain(refused)
    expect(await call('buy', 'yacht', '250000', true)).toContain(refused)
    expect(await call('buy', 'yacht', null, true)).toContain(refused)
    expect(await call('buy', 'yacht', 250_000, true)).toContain('sold a yacht for 250000')
  })

  it('the last price holds, however it came', async () => {
    const call = page('gate')
    expect(await call('haggle', 'lamp')).toContain('60')
    expect(await call('buy', 'lamp', 60, true)).toContain(refused)
    expect(await call('buy', 'lamp', 20, true)).toContain('sold a lamp for 20')
    await call('quote', 'yacht')
    expect(await call('buy', 'lamp', 20, true)).toContain(refused)
  })

  it('a price that was shown to another page is none', async () => {
    const [call, other] = [page('gate'), page('gate')]
    await call('quote', 'lamp')
    expect(await other('buy', 'lamp', 20, true)).toContain(refused)
  })

  it('a call outside the queue shows a price, too', async () => {
    const session_hash = newSession()
    const send = async (name: string, data: readonly unknown[]) => {
      const fn_index = await indexOf(app().url, name)
      const headers = { cookie: cookie() }
      return (
        await askJson(gate().url, '/gradio_api/run/predict', { fn_index, session_hash, data }, { headers })
      ).body
    }
    expect(await send('quote_now', ['lamp'])).toContain('20')
    expect(await send('buy', ['lamp', 19, true])).toContain(refused)
    expect(await send('buy', ['lamp', 20, true])).toContain('sold a lamp for 20')
  })

  it('what has to stand beside an input is asked for', async () => {
    const call = page('gate')
    await call('quote', 'yacht')
    expect(await call('buy', 'yacht', 250_000, false)).toContain('This input is not allowed. (Sure)')
    await call('quote', 'lamp')
    expect(await call('buy', 'lamp', 20, false)).toContain('sold a lamp for 20')
  })

  it('the log tells the endpoint, the input and why, and not the value', async () => {
    await page('gate')('buy', 'lamp', 987_654.25, true)
    const records = await readAuditRecords(gate().auditDir)
    const last = records.filter(({ code }) => code === 'input-invalid').at(-1)
    expect(last).toMatchObject({
      because: { endpoint: 'buy', input: 'Price', why: 'pinned', shape: 'number' },
    })
    expect(JSON.stringify(records)).not.toContain('987654')
  })
})
