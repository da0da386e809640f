/**
 * The story: somebody recorded a whole login and sends it again, sends its last message to another gate, or holds the
 * first answer back until later. A login of the gate is good once, for a minute, and at the gate where it began.
 */
import { ready } from '@serenity-kit/opaque'
import { beforeAll, describe, expect, it } from 'vitest'
import { paths, type LoginFinish, type LoginStarted } from '../../src/contract/contract.ts'
import { startGateHere, type GateHere } from '../rig/gate-here.ts'
import { post } from '../rig/log-in.ts'
import { beginProof } from '../rig/opaque-client.ts'
import { Signer } from '../rig/signer.ts'
import { useApp } from './targets.ts'

const app = useApp('careless')

beforeAll(() => ready)

/** A login up to its last message, which the rightful user's browser would send now. */
async function prepare({ url, password }: GateHere): Promise<LoginFinish> {
  const { startLoginRequest, finish } = beginProof(password)
  const started = (await (await post(url, paths.loginStart, { startLoginRequest })).json()) as LoginStarted
  const { message, sessionKey } = finish(started) ?? expect.fail('the right password is wrong')
  return { ...message, key: new Signer().offer(sessionKey, new URL(url).origin) }
}

const finish = async ({ url }: GateHere, last: LoginFinish) =>
  (await post(url, paths.loginFinish, last)).status

describe('replay of a recorded login', () => {
  it('is refused the second time', async () => {
    await using gate = await startGateHere({ upstream: app().url })
    const last = await prepare(gate)
    expect(await finish(gate, last)).toBe(204)
    expect(await finish(gate, last)).toBe(401)
  })

  it('is refused when both come at the same moment: one of twelve gets in', async () => {
    await using gate = await startGateHere({ upstream: app().url })
    const last = await prepare(gate)
    const statuses = await Promise.all(Array.from({ length: 12 }, () => finish(gate, last)))
    expect(statuses.filter((status) => status === 204)).toHaveLength(1)
    expect(statuses.filter((status) => status === 401)).toHaveLength(11)
  })

  it('is refused after a restart of the gate, too', async () => {
    await using gate = await startGateHere({ upstream: app().url })
    const last = await prepare(gate)
    expect(await finish(gate, last)).toBe(204)
    await gate.restart()
    expect(await finish(gate, last)).toBe(401)
  })

  it('is refused a minute later, although it was never used', async () => {
    await using gate = await startGateHere({ upstream: app().url })
    const last = await prepare(gate)
    gate.clock.advance(60_000)
    expect(await finish(gate, last)).toBe(401)
  })

  it('is refused at another gate with the same password', async () => {
    await using gate = await startGateHere({ upstream: app().url })
    await using other = await startGateHere({ upstream: app().url })
    expect(await finish(other, await prepare(gate))).toBe(401)
  })

  it('is refused when the parts of two logins are mixed', async () => {
    await using gate = await startGateHere({ upstream: app().url })
    const [one, other] = [await prepare(gate), await prepare(gate)]
    expect(await finish(gate, { ...one, state: other.state })).toBe(401)
    // The state is spent by the try, so the rightful other one has to begin again.
    expect(await finish(gate, other)).toBe(401)
    expect(await finish(gate, one)).toBe(204)
  })
})
