/** Starts one of the test apps, each in its own process group and with its own temporary folder. */
import path from 'node:path'
import { startGradioApp, type GradioApp } from '../../scripts/gradio-app.ts'
import { setUpGradio } from '../../scripts/setup-gradio.ts'

export type { GradioApp } from '../../scripts/gradio-app.ts'

const root = path.resolve(import.meta.dirname, '..', '..')

const files = {
  /** Every kind of component, with fixed answers. */
  kitchen: 'test/rig/apps/kitchen.py',
  /** One of every component as an input. */
  every: 'test/rig/apps/every.py',
  /** Takes a price back from its page. */
  shop: 'test/rig/apps/shop.py',
  /** The victim of the attack table; `CARELESS_AUTH=1` gives it Gradio's own login. */
  careless: 'test/rig/apps/careless.py',
  /** The article's scheme; `ARTICLE_PASSWORD` is its password. */
  article: 'test/rig/apps/article.py',
  /** An app that ships inside Gradio. */
  foreign: 'test/rig/apps/foreign.py',
  /** What one person could reach of another's; `NEIGHBOURS_JOURNAL` names its journal. */
  neighbours: 'test/rig/apps/neighbours.py',
  /** Functions and routes that write down what a request reached; `WAYS_JOURNAL` names the file. */
  ways: 'test/rig/apps/ways.py',
  /** Every way in which a function gives a file back. */
  gives: 'test/rig/apps/gives-files.py',
  /** A microphone and a camera that stream. */
  listening: 'test/rig/apps/listening.py',
  /** Functions as tools of MCP. */
  tools: 'test/rig/apps/tools.py',
  /** Shows what people write as HTML. */
  boards: 'test/rig/apps/boards.py',
  /** A panel for everybody, and one for administrators, on which it opens. */
  panels: 'test/rig/apps/panels.py',
  /** Files that browsers show as pages. */
  shelves: 'test/rig/apps/shelves.py',
  demo: 'demo/app.py',
  /** Answers nobody without an assertion; `SEKISHO_JWKS` and `SEKISHO_AUDIENCE` name its gate. */
  verifying: 'examples/verify-gradio/app.py',
  /** What a careful function does for itself; `INSTRUMENTS_FOLDER` is a folder for its database. */
  instruments: 'examples/three-roles/app.py',
  /** Every fault that `sekisho check` looks for; `FAULTY_FOLDER` is a scratch folder. */
  faulty: 'test/rig/apps/faulty.py',
  /** The same kinds of things, none of the faults. */
  careful: 'test/rig/apps/careful.py',
  /** Launched as Gradio's own environment variables say. */
  bare: 'test/rig/apps/bare.py',
} as const

export type TestApp = keyof typeof files

export interface TestAppOptions {
  readonly env?: Readonly<Record<string, string>>
  /** The port of an earlier start, to come back where it was. */
  readonly port?: number
  /** Names a file of seconds that the app's clock is ahead by; see clock/sitecustomize.py. */
  readonly clockFile?: string
}

export async function startTestApp(name: TestApp, options: TestAppOptions = {}): Promise<GradioApp> {
  const { clockFile, ...rest } = options
  const environment = await setUpGradio('rig')
  const moved = clockFile === undefined ? {} : movedClock(clockFile, environment.env['PYTHONPATH'])
  return startGradioApp({
    environment,
    file: path.join(root, files[name]),
    ...rest,
    env: { ...options.env, ...moved },
  })
}

function movedClock(file: string, before: string | undefined): Record<string, string> {
  const folders = [path.join(import.meta.dirname, 'clock'), ...(before === undefined ? [] : [before])]
  return { PYTHONPATH: folders.join(path.delimiter), CLOCK_OFFSET_FILE: file }
}
