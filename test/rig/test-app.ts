/** Starts one of the test apps, each in its own process group and with its own temporary folder. */
import path from 'node:path'
import { startGradioApp, type GradioApp } from '../../scripts/gradio-app.ts'
import { setUpGradio } from '../../scripts/setup-gradio.ts'

export type { GradioApp } from '../../scripts/gradio-app.ts'

const root = path.resolve(import.meta.dirname, '..', '..')

const files = {
  /** Every kind of component, with fixed answers. */
  kitchen: 'test/rig/apps/kitchen.py',
  /** The victim of the attack table; `CARELESS_AUTH=1` gives it Gradio's own login. */
  careless: 'test/rig/apps/careless.py',
  /** The article's scheme; `ARTICLE_PASSWORD` is its password. */
  article: 'test/rig/apps/article.py',
  /** An app that ships inside Gradio. */
  foreign: 'test/rig/apps/foreign.py',
  demo: 'demo/app.py',
} as const

export type TestApp = keyof typeof files

export interface TestAppOptions {
  readonly env?: Readonly<Record<string, string>>
  /** The port of an earlier start, to come back where it was. */
  readonly port?: number
}

export async function startTestApp(name: TestApp, options: TestAppOptions = {}): Promise<GradioApp> {
  const environment = await setUpGradio('rig')
  return startGradioApp({ environment, file: path.join(root, files[name]), ...options })
}
