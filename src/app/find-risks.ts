/** What would make a gate pointless: ways to the app that lead around it, and apps it doesn't understand. */
import { readdir, readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { networkInterfaces, platform } from 'node:os'
import { Client } from 'undici'
import type { Risk } from '../config/config.ts'
import { isLoopback } from '../kit/networks.ts'
import { readListeners } from './listening.ts'
import { askApp, type AppFacts } from './read-app.ts'

export interface FoundRisk {
  readonly risk: Risk
  /** What was found, and what to do about it: for the operator. */
  readonly words: string
}

/** Versions of Gradio whose routes are in the catalogue: what `npm run test:versions` tries, and what lies between. */
const known = /^(?:4\.44|5|6)\./

export async function findRisks(upstream: URL, facts: AppFacts): Promise<readonly FoundRisk[]> {
  return [...judgeFacts(facts), ...(await findWaysAround(upstream))]
}

/** What the app itself tells of its kind. */
export function judgeFacts(facts: Pick<AppFacts, 'gradio' | 'serverRendered'>): readonly FoundRisk[] {
  const found: FoundRisk[] = []
  if (!known.test(facts.gradio)) {
    found.push({
      risk: 'gradio-unknown',
      words: `The app runs Gradio ${facts.gradio}; this gate knows 4.44, 5 and 6. ${remedyFor(facts.gradio)}`,
    })
  }
  if (facts.serverRendered) {
    found.push({
      risk: 'ssr',
      words:
        'The app renders its pages on a server of its own (ssr_mode), which answers beside the paths that the gate judges. Start it with launch(ssr_mode=False).',
    })
  }
  return found
}

function remedyFor(version: string): string {
  return version.startsWith('3.')
    ? 'Gradio 3 sends calls inside a WebSocket, where no gate can tell functions apart, so neither roles nor owners would hold: use Gradio 4.44 or newer.'
    : 'Use one of them, or a sekisho that knows yours.'
}

export function portOf(url: URL): number {
  return Number(url.port !== '' ? url.port : url.protocol === 'https:' ? 443 : 80)
}

/** Other ways to the app than its address; they are looked for without asking the app. */
export async function findWaysAround(upstream: URL): Promise<readonly FoundRisk[]> {
  const port = portOf(upstream)
  const found: FoundRisk[] = []
  if (await isExposed(upstream, port)) {
    found.push({
      risk: 'app-exposed',
      words: `The app can be reached at port ${port} without the gate, from other machines. Start it with launch(server_name="127.0.0.1").`,
    })
  }
  const commands = await readCommands()
  if (commands.some((command) => isTunnel(command, port))) {
    found.push({
      risk: 'share-link',
      words:
        'The app has a public share link, which leads around the gate. Start it with launch(share=False).',
    })
  }
  if (await hasStaticWorkers(upstream, port)) {
    found.push({
      risk: 'static-workers',
      words:
        'The app has static workers (num_workers), which take uploads and hand out files without asking anybody. Start it with launch(num_workers=0).',
    })
  }
  return found
}

/** True when the app listens on more than loopback, or isn't on this machine at all. */
async function isExposed(upstream: URL, port: number): Promise<boolean> {
  const host = upstream.hostname.replace(/^\[|\]$/g, '')
  if (host !== 'localhost' && !isLoopback(host)) return true
  if (platform() === 'linux') return (await readListeners(port)).some((listener) => !listener.loopback)
  const own = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
  const outside = own.filter((one) => !one.internal).map((one) => one.address)
  const answers = await Promise.all(outside.map((address) => accepts(address, port)))
  return answers.includes(true)
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1_000 })
    const done = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => done(true))
    socket.once('error', () => done(false))
    socket.once('timeout', () => done(false))
  })
}

/** Command lines of all processes, each as its arguments; empty where the system doesn't tell. */
async function readCommands(): Promise<readonly (readonly string[])[]> {
  const entries = await readdir('/proc').catch(() => [])
  const ids = entries.filter((name) => /^\d+$/.test(name))
  const texts = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')))
  return texts.map((text) => text.split('\0'))
}

/** `frpc_linux_amd64_v0.3 http … -l <port> …` (gradio/tunneling.py 6.31). */
function isTunnel(command: readonly string[], port: number): boolean {
  if (!/(?:^|[/\\])frpc_/.test(command[0] ?? '')) return false
  const at = command.indexOf('-l')
  return at !== -1 && command[at + 1] === String(port)
}

/** How far behind the app's port its static workers are looked for. */
export const workerSteps = [1, 2, 3, 4] as const

/** Static workers listen right behind the app's port (gradio/blocks.py 6.31) and call themselves by this title. */
async function hasStaticWorkers(upstream: URL, port: number): Promise<boolean> {
  const ports = workerSteps.map((step) => port + step)
  const found = await Promise.all(ports.map((next) => isStaticWorker(upstream.hostname, next)))
  return found.includes(true)
}

async function isStaticWorker(host: string, port: number): Promise<boolean> {
  try {
    const client = new Client(`http://${host}:${port}`)
    try {
      const asked = { method: 'GET', path: '/openapi.json', largest: 1024 * 1024 } as const
      const { text } = await askApp({ client, patience: 2_000 }, asked)
      return text.includes('/gradio_api/upload') && !text.includes('/gradio_api/queue/join')
    } finally {
      await client.destroy()
    }
  } catch {
    return false
  }
}
