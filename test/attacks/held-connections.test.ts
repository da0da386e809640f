/**
 * The story: somebody opens two thousand connections, begins a header on each, adds a letter now and then, and comes again when
 * the gate hangs up. Everybody else is served all the while, and nothing is left of it.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaults } from '../../src/config/defaults.ts'
import { readOpenFilesLimit } from '../../src/kit/open-files.ts'
import { fitOpenFiles } from '../../src/receive/fit-open-files.ts'
import { startCrowd, type Crowd } from '../rig/crowd.ts'
import { startHonestUser } from '../rig/honest-user.ts'
import { countSockets } from '../rig/open-sockets.ts'
import { startTestApp, type GradioApp } from '../rig/test-app.ts'
import { startTestGate, type TestGate } from '../rig/test-gate.ts'

const wanted = 2000
/** Places that are left to others. */
const ofOthers = 100
const openFiles = readOpenFilesLimit()
/** The gate, which is a process of the same limit, has no more places than these. */
const connections = Math.min(wanted, fitOpenFiles(defaults.limits, openFiles).connections - ofOthers)
const size =
  connections === wanted
    ? String(wanted)
    : `only ${String(connections)} of ${String(wanted)}, since a process here may have ${String(openFiles)} files open (ulimit -Hn),`

let app: GradioApp
let gate: TestGate
let user: ReturnType<typeof startHonestUser>
let crowd: Crowd | undefined
let before = 0

const held = () => countSockets(gate.process.pid) - before

beforeAll(async () => {
  expect(connections, 'places, of the files that a process here may have open').toBeGreaterThan(ofOthers)
  if (connections < wanted) process.stderr.write(`held-connections: ${size} are held.\n`)
  app = await startTestApp('careless')
  gate = await startTestGate({ upstream: app.url })
  const { stdout } = await gate.cli('token', 'create', '--json', '--name', 'honest')
  const { token } = JSON.parse(stdout) as { readonly token: string }
  before = countSockets(gate.process.pid)
  user = startHonestUser({ url: gate.url, token, call: { path: '/gradio_api/run/predict', data: ['x'] } })
})

afterAll(async () => {
  crowd?.leave()
  await user.stop()
  await gate.stop()
  await app.stop()
})

describe('hold two thousand connections', () => {
  it(`is blocked by the gate: ${size} at once, and everybody else is served`, async () => {
    const began = startCrowd({
      ...{ port: gate.port, connections, beginning: 'GET / HTTP/1.1\r\nX-A: ', drip: 'a' },
    })
    crowd = began
    await expect
      .poll(() => Math.min(held(), began.open), { timeout: 60_000 })
      .toBeGreaterThanOrEqual(connections)
    // As many as there are; whoever was cut comes again.
    await expect.poll(() => began.cut, { timeout: 60_000 }).toBeGreaterThanOrEqual(connections)
    await expect.poll(() => user.asked, { timeout: 60_000 }).toBeGreaterThan(50)
    expect((await user.stop()).failures).toEqual([])
  })

  it('nothing is left of it', async () => {
    crowd?.leave()
    await expect.poll(held, { timeout: 60_000 }).toBeLessThanOrEqual(0)
  })
})
