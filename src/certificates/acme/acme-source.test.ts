/** A CA that answers wrongly, a folder that can't be used: what is said, and that nobody is asked over and over. */
import { createPrivateKey } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { answer, soundUntil, startWrongCa, type AnswerAs, type WrongCa } from '../../../test/rig/wrong-ca.ts'
import { AcmeSource } from './acme-source.ts'

const now = 1_800_000_000_000
let ca: WrongCa | undefined
let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sekisho-acme-'))
})

afterEach(async () => {
  await ca?.remove()
  ca = undefined
  await rm(folder, { recursive: true })
})

async function open(
  answerAs: AnswerAs,
  into = folder,
): Promise<{ readonly fault: unknown; readonly ca: WrongCa }> {
  await ca?.remove()
  ca = await startWrongCa(answerAs)
  const { directory, caFile } = ca
  const source = new AcmeSource(
    { names: ['gate.test'], directory, caFile },
    {
      folder: into,
      clock: { now: () => now },
      record: async () => Promise.resolve(),
      say: () => undefined,
      random: () => 0,
    },
  )
  const fault = await source.open({ http: true }).catch((thrown: unknown) => thrown)
  await source.close()
  return { fault, ca }
}

async function accountFile(): Promise<string> {
  const [name = ''] = await readdir(folder)
  return join(folder, name, 'account.pem')
}

describe('a CA', () => {
  it.each<readonly [string, AnswerAs, RegExp]>([
    [
      'with a page instead of a directory',
      (_, to) => void to.end('<html>'),
      /can't be used: its directory is not/,
    ],
    ['with nothing', (_, to) => answer(to, 200, null), /can't be used: its directory is not/],
    ['that is busy', (_, to) => answer(to, 503, {}), /can't be used: its directory comes with status 503/],
    [
      'that leads elsewhere',
      (_, to) => void to.writeHead(302, { location: '/' }).end(),
      /comes with status 302/,
    ],
    [
      'that never ends',
      (_, to) => void to.end('x'.repeat(2_000_000)),
      /maxContentLength size of 1048576 exceeded/,
    ],
    [
      'whose errors are none',
      soundUntil('newAccount', (_, to) => answer(to, 400, { error: { detail: {} } })),
      /the answers of the CA at 127\.0\.0\.1:\d+ can't be used: /,
    ],
    [
      'whose authorizations are none',
      soundUntil('newOrder', ({ url, headers }, to) => {
        const authorizations = [`https://${headers.host ?? ''}/authorization`]
        if (url === '/order') answer(to, 201, { authorizations }, { location: '/order/1' })
        else answer(to, 200, { status: 'pending' })
      }),
      /the answers of the CA at 127\.0\.0\.1:\d+ can't be used: /,
    ],
  ])('%s is told in words', async (_, answerAs, words) => {
    const { fault } = await open(answerAs)
    expect(fault).toMatchObject({ code: 'certificate-unavailable' })
    expect(String(fault)).toMatch(words)
  })

  it.each([503, 429])('that asks with %d to be left alone for two hours is', async (status) => {
    const { fault } = await open((_, to) => answer(to, status, {}, { 'retry-after': '7200' }))
    expect(String(fault)).toContain(`isn't asked again before ${new Date(now + 7_200_000).toISOString()}`)
  })
})

describe('the key of the account', () => {
  it('is kept before the CA hears of it', async () => {
    await open(soundUntil('newAccount', (_, to) => answer(to, 500, { detail: 'no' })))
    expect(createPrivateKey(await readFile(await accountFile(), 'utf8')).type).toBe('private')
  })

  it('is made anew when what was kept is none', async () => {
    const refuses = soundUntil('newOrder', (_, to) => answer(to, 400, { detail: 'no orders today' }))
    await open(refuses)
    const file = await accountFile()
    await rm(join(file, '..'), { recursive: true })
    await mkdir(join(file, '..'))
    await writeFile(file, 'garbage')
    const { fault } = await open(refuses)
    expect(String(fault)).toContain('no orders today')
  })
})

describe('a folder', () => {
  it('that can not be read is named, and no CA is asked', async () => {
    const file = join(folder, 'file')
    await writeFile(file, '')
    const { fault, ca } = await open((_, to) => answer(to, 500, {}), file)
    expect(fault).toMatchObject({ code: 'certificate-unavailable' })
    expect(String(fault)).toMatch(/The file .*attempts\.json can't be read \(ENOTDIR\)/)
    expect(ca.asked).toEqual([])
  })

  it('that can not be written is named, and no CA is asked', async () => {
    // A link that leads nowhere stops root, too.
    const link = join(folder, 'link')
    await symlink(join(folder, 'nowhere', 'at-all'), link)
    const { fault, ca } = await open((_, to) => answer(to, 500, {}), link)
    expect(fault).toMatchObject({ code: 'certificate-unavailable' })
    expect(String(fault)).toMatch(/The file .*attempts\.json can't be written/)
    expect(ca.asked).toEqual([])
  })
})
