/**
 * The story: whoever may upload gives the app a program that is named like a picture, a page that runs scripts, or more than
 * the disk holds; or writes the form so that the gate reads one thing in it and the app another. Gradio takes whatever comes.
 */
import { basename, dirname, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ask } from '../rig/ask.ts'
import { tryToLogIn } from '../rig/log-in.ts'
import { uploadEnd, uploadOf, uploadStart, uploadType } from '../rig/upload-form.ts'
import { readAuditRecords } from './audit-records.ts'
import { useApp, useGate, useSession, unpaced } from './targets.ts'

const day = 86_400_000
const app = useApp('careless')
const open = useGate(app, { config: { pace: unpaced } })
const openSession = useSession(open)
const uploads = { maxFiles: 2, maxFileBytes: 100_000, types: ['image/*', '.csv'], perDayBytes: 300_000 }
const strict = useGate(app, { config: { pace: unpaced, uploads } })
const strictSession = useSession(strict)

const png = Buffer.concat([
  Buffer.from('89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de', 'hex'),
  Buffer.alloc(2000),
])
const program = Buffer.concat([Buffer.from('MZ'), Buffer.alloc(500)])
const page = Buffer.from('<script>alert(1)</script>')

interface Uploaded {
  readonly status: number
  /** Where the app put them. */
  readonly paths: readonly string[]
}

async function send(url: string, cookie: string, type: string, body: Uint8Array): Promise<Uploaded> {
  const headers = { cookie, 'content-type': type }
  const answer = await ask(url, '/gradio_api/upload', { method: 'POST', headers, body })
  return { status: answer.status, paths: answer.status === 200 ? (JSON.parse(answer.body) as string[]) : [] }
}

async function upload(url: string, cookie: string, ...files: readonly (readonly [string, Uint8Array])[]) {
  const form = new FormData()
  for (const [name, content] of files) form.append('files', new File([Buffer.from(content)], name))
  const message = new Response(form)
  const type = message.headers.get('content-type') ?? ''
  return send(url, cookie, type, Buffer.from(await message.arrayBuffer()))
}

describe('files of a kind that the app has no use for', () => {
  const dangers = [
    ['a program named like a picture', 'a.png', program],
    ['a page named like a picture', 'a.png', page],
    ['a picture named like a page', 'a.html', png],
    ['a page', 'a.html', page],
    [
      'a drawing with a script',
      'a.svg',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'),
    ],
    ['a program', 'a.exe', program],
  ] as const

  it.each(dangers)('succeeds on the bare app: %s', async (_what, name, content) => {
    expect((await upload(app().url, '', [name, content])).paths.map((path) => basename(path))).toEqual([name])
  })

  it.each(dangers)(
    'is blocked by the gate where the operator names the kinds: %s',
    async (_what, name, content) => {
      expect(await upload(strict().url, strictSession(), ['good.png', png], [name, content])).toEqual({
        status: 415,
        paths: [],
      })
    },
  )

  it('are what the log says, and their names are not in it', async () => {
    await upload(strict().url, strictSession(), ['secret-plan.png', program])
    const refused = async () => {
      const records = await readAuditRecords(strict().auditDir)
      return records.filter(({ code }) => code === 'file-refused')
    }
    await expect.poll(refused).not.toEqual([])
    expect(JSON.stringify(await refused())).toContain('name-disagrees')
    expect(JSON.stringify(await readAuditRecords(strict().auditDir))).not.toContain('secret-plan')
  })

  it('leaves those that the app has a use for', async () => {
    const sent = await upload(
      strict().url,
      strictSession(),
      ['写真.png', png],
      ['a.csv', Buffer.from('a,b\n1,2\n')],
    )
    expect(sent.status).toBe(200)
    expect(sent.paths.map((path) => basename(path))).toEqual(['写真.png', 'a.csv'])
    // The app names the folder after the content: every byte arrived.
    expect(sent.paths[0]).toBe((await upload(app().url, '', ['写真.png', png])).paths[0])
  })
})

describe('more than the disk holds', () => {
  const thirty = Buffer.concat([png, Buffer.alloc(30_000_000)])

  it('succeeds on the bare app: nothing is counted', async () => {
    const large = Buffer.alloc(200_000)
    const files = Array.from({ length: 30 }, () => ['a.png', large] as const)
    expect((await upload(app().url, '', ...files)).paths).toHaveLength(30)
  })

  it('succeeds on the bare app: a file of 30 MB', async () => {
    expect((await upload(app().url, '', ['a.png', thirty])).paths).toHaveLength(1)
  })

  it('is blocked by the gate: a file of 30 MB', async () => {
    expect((await upload(strict().url, strictSession(), ['a.png', thirty])).status).toBe(413)
    expect((await upload(strict().url, strictSession(), ['a.png', png])).status).toBe(200)
  })

  it('is blocked by the gate: the size of a file and the number of files', async () => {
    const large = Buffer.concat([png, Buffer.alloc(100_000)])
    expect((await upload(strict().url, strictSession(), ['a.png', large])).status).toBe(413)
    const three = [1, 2, 3].map((number) => [`${number}.png`, png] as const)
    expect((await upload(strict().url, strictSession(), ...three)).status).toBe(413)
  })

  it('is blocked by the gate: what one principal may upload on one day', { timeout: 60_000 }, async () => {
    strict().clock.advance(day)
    const cookie = await signInAnew()
    const much = Buffer.concat([png, Buffer.alloc(90_000)])
    const statuses: number[] = []
    for (let round = 0; round < 5; round++)
      statuses.push((await upload(strict().url, cookie, ['a.png', much])).status)
    expect(statuses).toEqual([200, 200, 200, 429, 429])
    strict().clock.advance(day / 2)
    expect((await upload(strict().url, await signInAnew(), ['a.png', much])).status).toBe(200)
  })
})

describe('a form that two readers read in two ways', () => {
  const cases: readonly (readonly [string, string, Uint8Array])[] = [
    ['text before the form', uploadType, Buffer.concat([Buffer.from('hello\r\n'), uploadOf(png)])],
    ['text behind the form', uploadType, Buffer.concat([uploadOf(png), Buffer.from('hello')])],
    ['two boundaries named', `${uploadType}; boundary=y`, uploadOf(png)],
    ['no end', uploadType, Buffer.concat([uploadStart, png])],
    [
      'a file without a name, beside one',
      uploadType,
      Buffer.concat([
        uploadStart,
        png,
        Buffer.from('\r\n--x\r\ncontent-disposition: form-data; name="other"\r\n\r\n1'),
        uploadEnd,
      ]),
    ],
    [
      'two dispositions',
      uploadType,
      Buffer.concat([
        Buffer.from('--x\r\ncontent-disposition: form-data; name="files"; filename="a.png"\r\n'),
        Buffer.from('content-disposition: form-data; name="files"; filename="b.png"\r\n\r\n'),
        png,
        uploadEnd,
      ]),
    ],
  ]

  it.each(cases)('is refused with %s', async (_what, type, body) => {
    const { status } = await send(open().url, openSession(), type, body)
    expect(status).toBe(type === uploadType ? 400 : 415)
  })
})

describe('a name that leads elsewhere', () => {
  const names = [
    '../../../../etc/cron.d/evil',
    '..\\..\\evil',
    '/etc/evil',
    'a\u202egnp.evil',
    '..',
    'evil\u0001.png',
  ]

  it('stays blocked on the bare app, which keeps every file in its folder', async () => {
    const sent = await Promise.all(names.map((name) => upload(app().url, '', [name, png])))
    expect(sent.map(({ status }) => status)).toEqual([200, 200, 200, 200, 400, 200])
    for (const path of sent.flatMap(({ paths }) => paths))
      expect(dirname(dirname(normalize(path)))).toBe(app().temporary)
  })

  it('stays blocked by the gate, which reduces it to its last part before the app sees it', async () => {
    const sent = await upload(open().url, openSession(), ...names.map((name) => [name, png] as const))
    expect(sent.paths.map((path) => basename(path))).toEqual([
      'evil',
      'evil',
      'evil',
      'agnp.evil',
      'file',
      'evil.png',
    ])
  })
})

describe('a page that is shown as one of the app’s own', () => {
  const pages = [
    ['a.html', page],
    ['a.svg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')],
    ['a.xhtml', page],
    ['a.png', page],
  ] as const

  it.each([
    ['on the bare app', () => app().url, () => ''],
    ['by the gate', () => open().url, openSession],
  ])('stays blocked %s', async (where, url, cookie) => {
    const { paths } = await upload(url(), cookie(), ...pages)
    expect(paths).toHaveLength(pages.length)
    for (const path of paths) {
      const { status, headers } = await ask(url(), `/gradio_api/file=${path}`, {
        headers: { cookie: cookie() },
      })
      const shown = `${headers['content-type'] ?? ''} ${headers['content-disposition'] ?? ''}`
      expect([path, status, /html|svg|xml/.test(shown) && !shown.includes('attachment')]).toEqual([
        path,
        200,
        false,
      ])
      if (where === 'by the gate') expect(headers['x-content-type-options']).toBe('nosniff')
    }
  })
})

async function signInAnew(): Promise<string> {
  const { url, password } = strict()
  const outcome = await tryToLogIn({ url, password })
  return outcome.kind === 'in' ? outcome.cookie : expect.fail(outcome.kind)
}
