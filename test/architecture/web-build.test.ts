/** The built pages: complete in both languages, nothing inline, licences on board, and no heavier than they need to be. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildWeb, type WebManifest } from '../../scripts/build-web.ts'
import { composePage, fillPage, parseWords } from '../../scripts/fill-page.ts'

const root = path.resolve(import.meta.dirname, '../..')

describe('the build', () => {
  let [out, manifest]: [string, WebManifest] = [] as never

  beforeAll(async () => {
    out = await mkdtemp(path.join(tmpdir(), 'sekisho-web-'))
    manifest = await buildWeb(out)
    // Brotli at its best takes some seconds for the dictionaries.
  }, 60_000)

  afterAll(() => rm(out, { recursive: true, force: true }))

  const asset = (name: string) => readFile(path.join(out, 'assets', manifest.assets[name] ?? name))

  it('has every page in both languages', () => {
    const names = [
      'login.guest',
      'login.users',
      'login.both',
      'join',
      'account',
      'confirm',
      'away',
      'message',
      'unavailable',
    ]
    expect(Object.keys(manifest.pages).sort()).toEqual(
      names.flatMap((name) => [`${name}.en.html`, `${name}.ja.html`]).sort(),
    )
  })

  it('has nothing inline in a page, and nothing unfilled but what the gate fills', async () => {
    for (const page of Object.keys(manifest.pages)) {
      const html = await readFile(path.join(out, 'pages', page), 'utf8')
      expect(html, page).not.toMatch(/<script(?![^>]* src=")|<style|\sstyle=|\son\w+=|javascript:/i)
      const places = [...html.matchAll(/\{\{([^}]*)\}\}/g)].map(([, place]) => place)
      expect([...new Set(places)], page).toEqual(page.startsWith('message') ? ['title', 'text'] : [])
      expect(html, page).toContain(`<html lang="${page.includes('.ja.') ? 'ja' : 'en'}">`)
    }
  })

  it('has a line about plain HTTP wherever a password is typed', async () => {
    let asking = 0
    for (const page of Object.keys(manifest.pages)) {
      const html = await readFile(path.join(out, 'pages', page), 'utf8')
      if (!html.includes('type="password"')) continue
      asking++
      expect(html, page).toContain('id="plain" hidden')
    }
    expect(asking).toBe(12)
  })

  it('asks for a name where the gate knows users, and may be left without it where it knows both', async () => {
    const nameField = async (page: string) => {
      const html = await readFile(path.join(out, 'pages', `${page}.en.html`), 'utf8')
      const field = /<input[^>]*id="username"[^>]*>/.exec(html)?.[0] ?? ''
      return { readonly: /\sreadonly/.test(field), required: /\srequired/.test(field) }
    }
    expect(await nameField('login.guest')).toEqual({ readonly: true, required: false })
    expect(await nameField('login.users')).toEqual({ readonly: false, required: true })
    expect(await nameField('login.both')).toEqual({ readonly: false, required: false })
  })

  it('loads the dictionaries on the pages that set passwords only', async () => {
    for (const [page, assets] of Object.entries(manifest.pages)) {
      expect(assets.includes('guessing-worker.js'), page).toBe(/^(join|account)\./.test(page))
    }
    const guessing = manifest.assets['guessing-worker.js'] ?? ''
    for (const script of ['join.js', 'account.js']) expect(String(await asset(script))).toContain(guessing)
    for (const script of ['login.js', 'bar.js']) {
      const text = String(await asset(script))
      expect(text).not.toContain(guessing)
      expect(text.length).toBeLessThan(24_500)
    }
  })

  it('has small scripts for the pages of the app, each of which loads them', async () => {
    expect((await asset('bar.js')).byteLength).toBeLessThan(24_500)
    // The page waits for one of these two; the second brings its own SHA-256 and HMAC.
    expect((await asset('proof.js')).byteLength).toBeLessThan(12_000)
    expect((await asset('proof-plain.js')).byteLength).toBeLessThan(21_000)
  })

  it('signs in JavaScript of its own only where the browser has no means', async () => {
    const [proof, plain] = [String(await asset('proof.js')), String(await asset('proof-plain.js'))]
    // The first constant of SHA-256 (FIPS 180-4 section 4.2.2).
    const constant = String(0x428a2f98)
    expect([proof.includes(constant), plain.includes(constant)]).toEqual([false, true])
    for (const script of [proof, plain]) expect(script).toContain('sekisho-proof')
  })

  it('carries the licence of all that is bundled', async () => {
    expect(String(await asset('opaque-worker.js'))).toMatch(/\/\*! @serenity-kit\/opaque\n[^]*MIT/)
    for (const name of ['opaque-worker.js', 'proof-plain.js'])
      expect(String(await asset(name))).toMatch(/^\/\*! @noble\/hashes\n[^]*MIT/)
    const guessing = String(await asset('guessing-worker.js'))
    for (const name of ['core', 'language-common', 'language-en', 'language-ja', 'dictionary-compression']) {
      expect(guessing).toMatch(new RegExp(`/\\*! @zxcvbn-ts/${name}\\n[^*]*(MIT|Permission)`))
    }
    // ODC-BY: "Any redistribution of this package must retain this notice."
    expect(guessing).toContain('OpenSubtitles 2024')
  })
})

describe('the words', () => {
  const folder = path.join(root, 'web/words')
  const placesIn = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort()

  it('are the same ones in both languages, with the same places for what is put in', async () => {
    const files = await readdir(folder)
    expect(files).toContain('join.json')
    for (const file of files) {
      const value: unknown = JSON.parse(await readFile(path.join(folder, file), 'utf8'))
      const { en = {}, ja = {} } = parseWords(value, ['en', 'ja'])
      expect(Object.keys(ja)).toEqual(Object.keys(en))
      for (const [key, text] of Object.entries(en)) {
        expect([text, ja[key]], `${file} ${key}`).not.toContain('')
        expect(placesIn(ja[key] ?? ''), `${file} ${key}`).toEqual(placesIn(text))
      }
    }
  })

  it('fail the build where one is missing', () => {
    expect(() => parseWords({ en: { a: 'x', b: 'y' }, ja: { a: 'x' } }, ['en', 'ja'])).toThrow('differ')
  })
})

describe('a template', () => {
  const filling = { lang: 'en', words: { a: '<&>' }, leave: [], assetUrl: (name: string) => `/${name}` }

  it('is filled with escaped words', () => {
    expect(fillPage('<p>{{words.a}}</p>', filling).html).toBe('<p>&#60;&#38;&#62;</p>')
  })

  it('with a place that nothing fills, or a piece without a place, fails', () => {
    expect(() => fillPage('{{words.b}}', filling)).toThrow('Nothing fills')
    expect(() => fillPage('', { ...filling, leave: ['text'] })).toThrow('lacks')
    expect(() => composePage('{{slot.main}}', {})).toThrow('Nothing fills')
    expect(() => composePage('', { main: 'x' })).toThrow('no place')
    expect(composePage('<p>{{slot.main}}</p>', { main: ' x\n' })).toBe('<p>x</p>')
  })
})
