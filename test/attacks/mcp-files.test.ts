/** The story: a tool is handed an address, or somebody else's file, in the place of a file; and what it gives back lies open. */
import { describe, expect, it } from 'vitest'
import { ask } from '../rig/ask.ts'
import { uploadFile } from '../rig/use-app.ts'
import { useCanary } from './canary.ts'
import { api, told, use, useTools } from './using-tools.ts'

const { bare, people } = useTools()
const canary = useCanary()

describe('5.14 an address in the place of a file', () => {
  it('stays blocked on the bare app, and by the gate, which lets none through', async () => {
    const step = ['measure', { file: canary.url }] as const
    expect(told(await use(bare(), step))).toMatch(/isError":true/)
    expect(await use(await people('bob'), step)).toEqual([{ error: { code: -32000, message: 'Not found.' } }])
    expect(canary.reached).toBe(0)
  })

  it('is blocked by the gate when it is of another’s upload; one’s own is still the file', async () => {
    const bob = await people('bob')
    const carol = await people('carol')
    const path = await uploadFile(bob.url, 'notes.txt', 'mine alone', bob.headers)
    const step = ['measure', { file: `${bob.url}${api}/file=${path}` }] as const
    expect(told(await use(bob, step))).toContain('10 bytes: mine alone')
    expect(await use(carol, step)).toEqual([{ error: { code: -32000, message: 'Not found.' } }])
  })

  it.each(['table.csv', 'page.html', 'notes.md', 'sheet.XLSX', 'module.py', 'photo.png'])(
    'of one’s own upload keeps the ending by which a function knows it: %s',
    async (name) => {
      const alice = await people('alice')
      const path = await uploadFile(alice.url, name, 'anything', alice.headers)
      const ending = name.split('.').at(-1)?.toLowerCase() ?? ''
      const answer = await use(alice, ['name_of', { file: `${alice.url}${api}/file=${path}` }])
      expect(told(answer)).toContain(`"file.${ending}"`)
    },
  )

  it('is none when the content stands in the message, past all rules of uploads', async () => {
    const step = ['measure', { file: 'data:text/plain;base64,aGk=' }] as const
    expect(told(await use(bare(), step))).toContain('2 bytes: hi')
    expect(await use(await people('bob'), step)).toEqual([
      { error: { code: -32602, message: 'This input is not allowed. (File)' } },
    ])
  })
})

describe('read the file that another one’s tool gave back', () => {
  const addressIn = (answers: unknown) =>
    /https?:[^"]*(\/gradio_api\/file=[^"\\]+)/.exec(told(answers))?.[1] ?? ''

  it('succeeds on the bare app', async () => {
    const file = addressIn(await use(bare(), ['write', { text: 'for bob' }]))
    expect((await ask(bare().url, file)).body).toBe('for bob')
  })

  it.each([
    ['write', { text: 'for bob' }],
    ['paint', { shade: 9 }],
  ] as const)(
    'is blocked by the gate: what %s gave back is read by whoever called it',
    async (tool, given) => {
      const [bob, carol] = [await people('bob'), await people('carol')]
      const path = addressIn(await use(bob, [tool, given]))
      expect((await ask(bob.url, path, { headers: bob.headers })).status).toBe(200)
      expect((await ask(carol.url, path, { headers: carol.headers })).status).toBe(404)
    },
  )

  it('is blocked by the gate when a tool only speaks of it', async () => {
    const [bob, carol] = [await people('bob'), await people('carol')]
    const path = addressIn(await use(bob, ['write', { text: 'secret of bob' }]))
    await use(carol, ['shout', { text: `${bob.url}${path}` }])
    expect((await ask(carol.url, path, { headers: carol.headers })).status).toBe(404)
  })

  it('is nobody’s when a tool that should give back a file fails with words that name it', async () => {
    const [bob, alice] = [await people('bob'), await people('alice')]
    const path = addressIn(await use(bob, ['write', { text: 'another secret of bob' }]))
    const named = { text: `${bob.url}${path}` }
    const answers = await use(alice, ['deliver', named], ['deliver_1', named])
    expect(answers).toMatchObject([{ isError: true }, { isError: true }])
    expect((await ask(alice.url, path, { headers: alice.headers })).status).toBe(404)
  })
})
