/**
 * The story: somebody who is signed in has a page of another site open, or one of a neighbour below the same domain. Its script asks
 * the app for what the visitor may see, and lets functions run, with whatever the browser sends along by itself. Rows of
 * test/attacks/README.md; each attack is shown to work, or to be stopped by the browser, where nothing stands before the app.
 */
import { access } from 'node:fs/promises'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type GradioApp } from '../test/rig/test-app.ts'
import { startTestGate, type TestGate } from '../test/rig/test-gate.ts'
import { closePage, type Profile, type ThirdPartyCookies } from './browser.ts'
import { signIn } from './sign-in.ts'
import { names, openVisitor, startSites, type Scheme, type Sites } from './sites.ts'
import { useEnds } from './use-ends.ts'

type Place = 'the bare app' | 'auth=' | "the article's scheme" | 'the gate'

/** What runs in the attacker's page, and what it gets to see; `type` as the app's own page would say it. */
type Deed = (page: Page, app: string, type?: string) => Promise<string>

const report: Deed = (page, app) =>
  tryThere(page, `${app}/gradio_api/run/admin_report`, { type: 'application/json', body: '{"data":[""]}' })

const configuration: Deed = (page, app) => tryThere(page, `${app}/config`, {})

/** As text, which browsers send to other sites without asking them first. */
const explorer: Deed = (page, app, type = 'text/plain') => {
  const body = { session_hash: 'abc', component_id: explorerId, fn_name: 'ls', data: [] }
  return tryThere(page, `${app}/gradio_api/component_server`, { type, body: JSON.stringify(body) })
}

interface Row {
  readonly title: string
  readonly from: 'foreign' | 'sibling'
  readonly thirdPartyCookies: ThirdPartyCookies
  readonly scheme: Scheme
  readonly deed: Deed
  /** In what the attacker reads, when it worked. */
  readonly loot: string
  readonly works: readonly Place[]
  readonly stopped: readonly Place[]
}

const sees = { deed: report, loot: 'ADMIN-REPORT' } as const
const reads = { deed: configuration, loot: 'mode' } as const
const browses = { deed: explorer, loot: 'careless.py' } as const
const fromAfar = { from: 'foreign', thirdPartyCookies: 'allowed', scheme: 'https' } as const
const fromBeside = { from: 'sibling', thirdPartyCookies: 'blocked', scheme: 'https' } as const

const rows: readonly Row[] = [
  {
    title: '4.12 another site reads the report, third-party cookies allowed',
    ...{ ...fromAfar, ...sees, works: ['the bare app', 'auth='], stopped: [] },
  },
  {
    title: '4.13 another site reads the report, third-party cookies blocked',
    ...{ ...fromAfar, thirdPartyCookies: 'blocked', ...sees, works: ['the bare app'], stopped: ['auth='] },
  },
  {
    title: '4.14 a sibling reads the report, third-party cookies blocked',
    ...{ ...fromBeside, ...sees, works: ['the bare app', 'auth='], stopped: [] },
  },
  {
    title: '4.15 another site reads the report over plain http',
    ...{ ...fromAfar, scheme: 'http', ...sees, works: ['the bare app'], stopped: ['auth='] },
  },
  {
    title: '4.17 another site reads the configuration by a plain GET',
    ...{ ...fromAfar, ...reads, works: ['the bare app', 'auth=', "the article's scheme"], stopped: [] },
  },
  {
    title: '4.18 a sibling reads the configuration by a plain GET',
    ...{ ...fromBeside, ...reads, works: ['the bare app', 'auth=', "the article's scheme"], stopped: [] },
  },
  {
    title: '4.23 another site uses a component without a preflight',
    ...{ ...fromAfar, ...browses, works: ['the bare app', 'auth='], stopped: [] },
  },
  {
    title: '4.24 a sibling uses a component without a preflight',
    ...{ ...fromBeside, ...browses, works: ['the bare app', 'auth='], stopped: [] },
  },
]

let [sites, bare, withAuth, article]: [Sites, GradioApp, GradioApp, GradioApp] = [] as never
let gates: Readonly<Record<Scheme, TestGate>> = {} as never
let origins: Readonly<Record<Scheme, Readonly<Record<Place, string>>>> = {} as never
let explorerId: number
const profiles = new Map<ThirdPartyCookies, Profile>()
const keep = useEnds()

beforeAll(async () => {
  sites = await keep(startSites())
  bare = await keep(startTestApp('careless'))
  withAuth = await keep(startTestApp('careless', { env: { CARELESS_AUTH: '1' } }))
  article = await keep(startTestApp('article'))
  const host = ['--host', names.app]
  const upstream = bare.url
  const https = await keep(startTestGate({ upstream, args: [...sites.certificate.args, ...host] }))
  const http = await keep(startTestGate({ upstream, args: ['--insecure-http', ...host] }))
  gates = { https, http }
  const plain = (port: number) => `http://${names.app}:${String(port)}`
  origins = {
    https: {
      'the bare app': await sites.putTlsBefore(bare.url),
      'auth=': await sites.putTlsBefore(withAuth.url),
      "the article's scheme": await sites.putTlsBefore(article.url),
      'the gate': `https://${names.app}:${String(https.port)}`,
    },
    http: {
      'the bare app': plain(bare.port),
      'auth=': plain(withAuth.port),
      "the article's scheme": plain(article.port),
      'the gate': plain(http.port),
    },
  }
  const config = (await (await fetch(`${bare.url}/config`)).json()) as {
    components: { id: number; type: string }[]
  }
  explorerId = config.components.find(({ type }) => type === 'fileexplorer')?.id ?? -1
  for (const cookies of ['allowed', 'blocked'] as const)
    profiles.set(cookies, await keep(openVisitor(cookies)))
})

function profileOf(cookies: ThirdPartyCookies): Profile {
  const profile = profiles.get(cookies)
  if (profile === undefined) throw new TypeError('No such browser was started.')
  return profile
}

/** A page of the app, in the hands of somebody who is signed in. */
async function visit(cookies: ThirdPartyCookies, scheme: Scheme, place: Place): Promise<Page> {
  const page = await profileOf(cookies).context.newPage()
  const origin = origins[scheme][place]
  if (place === 'auth=') {
    await page.goto(origin)
    await page.evaluate((form) => fetch('/login', { method: 'POST', body: new URLSearchParams(form) }), {
      username: 'admin',
      password: 'password',
    })
  }
  await page.goto(origin)
  if (place === 'the gate' && new URL(page.url()).pathname !== '/')
    await signIn(page, origin, gates[scheme].password)
  return page
}

/** What the page's script reads; its own words where the browser gives it nothing. */
function tryThere(page: Page, address: string, asking: { type?: string; body?: string }): Promise<string> {
  return page.evaluate(
    async ({ url, type, text }) => {
      try {
        const sent = text === null ? {} : { method: 'POST', body: text, headers: { 'content-type': type } }
        return await (await fetch(url, { credentials: 'include', ...sent })).text()
      } catch (thrown) {
        return `nothing: ${String(thrown)}`
      }
    },
    { url: address, type: asking.type ?? 'text/plain', text: asking.body ?? null },
  )
}

/** The deed in an attacker's page, while the victim's stays open; with every status that came from the app meanwhile. */
async function attack({ from, thirdPartyCookies, scheme, deed }: Row, place: Place) {
  const own = await visit(thirdPartyCookies, scheme, place)
  const foreign = await profileOf(thirdPartyCookies).context.newPage()
  try {
    const app = origins[scheme][place]
    const statuses: number[] = []
    foreign.on('response', (answer) => {
      if (answer.url().startsWith(app)) statuses.push(answer.status())
    })
    await foreign.goto(sites.pageOf(from, scheme))
    const got = await deed(foreign, app)
    return { got, own: await deed(own, app, 'application/json'), statuses }
  } finally {
    await closePage(foreign)
    await closePage(own)
  }
}

// `%s`: of a `$title` the end would be cut off.
describe.each(rows.map((row) => [row.title, row] as const))('%s', (_, row) => {
  it.each(row.works)('succeeds on %s', async (place) => {
    expect((await attack(row, place)).got).toContain(row.loot)
  })

  if (row.stopped.length > 0)
    it.each(row.stopped)('stays blocked on %s', async (place) => {
      expect((await attack(row, place)).got).not.toContain(row.loot)
    })

  it('is blocked by the gate, and still works on a page of its own', async () => {
    const { got, own, statuses } = await attack(row, 'the gate')
    expect(got).toMatch(/^nothing: /)
    expect(statuses.filter((status) => status < 400)).toEqual([])
    expect(own).toContain(row.loot)
  })
})

describe('4.16 another site or a sibling has a function run, and does not see the answer', () => {
  /** The function `save` leaves a file behind. */
  const note = () => path.join(bare.temporary, 'note.txt')
  const isThere = () =>
    access(note()).then(
      () => true,
      () => false,
    )

  /** Without asking first: as a request that needs no preflight, and as a form that somebody sends. */
  async function runBlindly(place: 'the bare app' | 'the gate', from: 'foreign' | 'sibling'): Promise<void> {
    const own = await visit('allowed', 'https', place)
    const foreign = await profileOf('allowed').context.newPage()
    await foreign.goto(sites.pageOf(from))
    const urls = ['run/save', 'api/save', 'call/save'].map(
      (name) => `${origins.https[place]}/gradio_api/${name}`,
    )
    await foreign.evaluate(async (addresses) => {
      const types = ['text/plain', 'application/x-www-form-urlencoded']
      for (const url of addresses)
        for (const type of types)
          await fetch(url, {
            method: 'POST',
            mode: 'no-cors',
            credentials: 'include',
            headers: { 'content-type': type },
            body: '{"data":["from afar"]}',
          }).catch(() => undefined)
      for (const url of addresses)
        await fetch(`${url}?data=x`, { mode: 'no-cors', credentials: 'include' }).catch(() => undefined)
    }, urls)
    // The name and the value of the field, with the equals sign between them, are the JSON.
    const statuses: number[] = []
    foreign.on('response', (answer) => {
      if (answer.url() === urls[0]) statuses.push(answer.status())
    })
    await foreign.setContent(
      `<form method=post enctype=text/plain action="${urls[0] ?? ''}"><input name='{"data":["from afar"],"x":"' value='"}'></form>`,
    )
    await foreign.evaluate(() => document.forms[0]?.submit())
    await expect.poll(() => statuses[0] ?? 0).toBeGreaterThanOrEqual(400)
    await closePage(foreign)
    await closePage(own)
  }

  it.each(['foreign', 'sibling'] as const)(
    'stays blocked on the bare app, from a page that is %s',
    async (from) => {
      await runBlindly('the bare app', from)
      expect(await isThere()).toBe(false)
    },
  )

  it.each(['foreign', 'sibling'] as const)('is blocked by the gate, from a page that is %s', async (from) => {
    await runBlindly('the gate', from)
    expect(await isThere()).toBe(false)
  })

  it('would be seen: the same function, run on a page of its own, leaves its file', async () => {
    const own = await visit('allowed', 'https', 'the gate')
    const url = `${origins.https['the gate']}/gradio_api/run/save`
    expect(await tryThere(own, url, { type: 'application/json', body: '{"data":["mine"]}' })).toContain(
      'note.txt',
    )
    expect(await isThere()).toBe(true)
    await closePage(own)
  })
})
