/** A Gradio whose calls travel inside a WebSocket: roles and owners would not hold, so the gate doesn't stand in front of it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { setUpVersion, versionUnderTest } from '../../scripts/gradio-versions.ts'
import { startGradioApp, type GradioApp } from '../../scripts/gradio-app.ts'
import { startTestGate } from '../rig/test-gate.ts'
import { appFile } from './app-file.ts'

let app: GradioApp | undefined

beforeAll(async () => {
  app = await startGradioApp({ environment: await setUpVersion(versionUnderTest()), file: appFile })
})
afterAll(async () => {
  await app?.stop()
})

/** What the gate says when it is started in front of the app. */
async function attempt(config: string): Promise<string> {
  const started = await startTestGate({ upstream: app?.url ?? '', config }).catch((thrown: unknown) => thrown)
  return started instanceof Error ? started.message : 'it started'
}

describe('the gate does not start', () => {
  it('and says in words which Gradio it takes', async () => {
    expect(await attempt('')).toMatch(/runs Gradio 3\.50\.2; this gate knows 4\.44, 5 and 6\..*WebSocket/s)
  })

  it('nor with roles', async () => {
    expect(await attempt('roles: { viewer: { call: [predict] } }')).toMatch(
      /neither roles nor owners would hold/,
    )
  })

  it('nor when the operator accepts an unknown Gradio', async () => {
    const words = await attempt('accept_risks: [gradio-unknown]')
    expect(words).toMatch(/is not as Gradio 4\.44 to 6 write it/)
  })
})
