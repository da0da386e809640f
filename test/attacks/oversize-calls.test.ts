/** The story: one call brings more text than the machine behind the app can hold, and Gradio reads it to its end. */
import { describe, expect, it } from 'vitest'
import { askJson } from '../rig/ask.ts'
import { callArticle, openPage, wasAccepted } from './article-client.ts'
import { useApp, useGate, useSession } from './targets.ts'

const app = useApp('careless')
const article = useApp('article')
const gate = useGate(app)
const cookie = useSession(gate)

const send = (url: string, size: number, headers = {}) =>
  askJson(url, '/gradio_api/run/predict', { data: ['x'.repeat(size)] }, { headers })

describe('5.09 a call of 20 MB', () => {
  it('succeeds on the bare app', async () => {
    expect((await send(app().url, 20_000_000)).status).toBe(200)
  })

  it("succeeds on the article's scheme", async () => {
    const { url } = article()
    const call = await openPage(url, 'x'.repeat(20_000_000))
    expect(wasAccepted(await callArticle(url, 'submit', call))).toBe(true)
  })

  it('is blocked by the gate, and what a page sends still passes', async () => {
    expect((await send(gate().url, 20_000_000, { cookie: cookie() })).status).toBe(413)
    expect((await send(gate().url, 100_000, { cookie: cookie() })).status).toBe(200)
  })
})
