/** Functions that exist in one session only, since gr.render made them there. */
import { describe, expect, it } from 'vitest'
import { renderingFile } from './app-file.ts'
import { useStage, type Person } from './stage.ts'
import { drawn, newSession, numbersOf, run } from './talk.ts'

const stage = useStage(renderingFile)
const number = async (name: string) => (await numbersOf(stage().app.url)).get(name) ?? -1

async function fill(person: Person, fn_index: number | undefined, session_hash: string): Promise<string> {
  return run(person, 'run/predict', { data: [], fn_index, session_hash })
}

describe('what is rendered for a session', () => {
  it('is used there by whoever may have it rendered', async () => {
    const { bob } = stage()
    const session = newSession()
    const [, second] = await drawn(bob, await number('apply'), session)
    expect(await fill(bob, second, session)).toContain('filled 1')
  })

  it('is used by nobody else', async () => {
    const { app, alice, bob } = stage()
    const session = newSession()
    const stranger = { url: app.url, headers: {} }
    const [bare] = await drawn(stranger, await number('apply'), session)
    expect(await fill(stranger, bare, session)).toContain('filled 0')
    const [hers] = await drawn(alice, await number('apply'), session)
    expect(await fill(bob, hers, session)).not.toContain('filled')
    expect(await fill(alice, hers, session)).toContain('filled 0')
  })

  it('is not rendered for whoever may not have it', async () => {
    const { admin, bob } = stage()
    const session = newSession()
    const index = await number('apply_1')
    const [secret] = await drawn(admin, index, session)
    expect(await fill(admin, secret, session)).toContain('told 0')
    const body = { data: [2], fn_index: index, session_hash: newSession() }
    expect(await run(bob, 'run/predict', body)).not.toContain('render_config')
    expect(await fill(bob, secret, newSession())).not.toContain('told')
  })
})
