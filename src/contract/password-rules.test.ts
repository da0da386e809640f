/** What a new password must be, judged with the real dictionaries. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadGuessing } from '../cli/guessing.ts'
import type { PasswordRules } from './contract.ts'
import {
  defaultPasswordRules,
  greatestPasswordLength,
  guessWith,
  judgePassword,
  type Guessing,
  type PasswordReason,
} from './password-rules.ts'

const guessing = await loadGuessing()

function judge(typed: string, rules: Partial<PasswordRules> = {}) {
  return judgePassword(typed, { ...defaultPasswordRules, ...rules }, guessing)
}

function reasonsFor(typed: string, rules: Partial<PasswordRules> = {}): readonly PasswordReason[] {
  const verdict = judge(typed, rules)
  return verdict.ok ? [] : verdict.reasons
}

const anyText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
)
/** Of a weight that thousands of runs can bear. */
const noGuessing: Guessing = { guess: () => ({ score: 4, guessesLog10: 20, pattern: 'bruteforce' }) }

describe('a password', () => {
  it('of 15 characters is enough, counted as code points after NFKC', () => {
    expect(reasonsFor('hushed lantern!')).toEqual([])
    expect(reasonsFor('hushed lantern')).toEqual([{ code: 'too-short', length: 14, least: 15 }])
    expect(reasonsFor('🦊🐢🌵🍋🛶🎻🧭🪁🗿🧊🦀🪴🎲🧶🫖')).toEqual([])
    // One ligature is three letters once normalised, and e with an accent is one character.
    expect(reasonsFor('ﬃ wooden lamps')).toEqual([])
    expect(reasonsFor('e\u0301te\u0301 sans nuage')).toEqual([{ code: 'too-short', length: 14, least: 15 }])
    expect(reasonsFor('関所を通るには手形が必要です。')).toEqual([])
  })

  it('may have to be longer, never shorter, where the operator says so', () => {
    expect(reasonsFor('hushed lantern!', { least: 20 })).toEqual([
      { code: 'too-short', length: 15, least: 20 },
    ])
  })

  it('is kept whole, in its normal form', () => {
    const long = `${'a phrase of many sorts, '.repeat(40)}end`
    expect(long.length).toBeGreaterThan(900)
    expect(judge(`${long}1`)).toMatchObject({ ok: true, password: `${long}1` })
    expect(judge('ｆｕｌｌ　ｗｉｄｔｈ　ｔｅｘｔ')).toMatchObject({
      ok: true,
      password: 'full width text',
    })
    expect(reasonsFor('x y'.repeat(400))).toEqual([
      { code: 'too-long', length: 1200, most: greatestPasswordLength },
    ])
  })

  it.each([
    ['a line break', 'seven sleepy\nherons', 'control-character'],
    ['a NUL', 'seven sleepy\0herons', 'control-character'],
    ['half a character', 'seven sleepy herons \ud800', 'not-unicode'],
    ['one letter again and again', 'aaaaaaaaaaaaaaaaaaaa', 'repeats'],
    ['one word again and again', 'PasswordpasswordPASSWORD', 'repeats'],
    ['a word and a half', 'hunter2hunter2hunt', 'repeats'],
    ['dashes', '---------------', 'repeats'],
    ['digits in order', '1234567890123456', 'common'],
    ['the alphabet', 'abcdefghijklmno', 'common'],
    ['a run of the keyboard', 'qwertyuiopasdfgh', 'common'],
    ['what everybody knows', 'Correct-Horse-Battery-Staple', 'common'],
    ['kana in their order', 'あいうえおかきくけこさしすせそ', 'common'],
    ['a common word and digits', 'password1234567', 'guessable'],
    ['two runs of the keyboard', 'qwertyuiop123456', 'guessable'],
    ['the months', 'January February March', 'guessable'],
    ['a word and a half, ended otherwise', 'iloveyouiloveyou!', 'guessable'],
  ])('with %s is refused', (_, password, code) => {
    expect(reasonsFor(password).map((reason) => reason.code)).toEqual([code])
  })

  it('that is guessable tells by what', () => {
    expect(reasonsFor('password1234567')).toEqual([{ code: 'guessable', pattern: 'dictionary' }])
    expect(reasonsFor('January February March')).toEqual([{ code: 'guessable', pattern: 'wordSequence' }])
    expect(reasonsFor('iloveyouiloveyou!')).toEqual([{ code: 'guessable', pattern: 'repeat' }])
  })

  it('of the kinds that the operator demands is refused without one of them, and without such a demand never', () => {
    const composition = ['lower', 'upper', 'digit', 'symbol'] as const
    expect(reasonsFor('seven sleepy herons', { composition })).toEqual([
      { code: 'composition', missing: ['upper', 'digit'] },
    ])
    expect(reasonsFor('7 sleepy Herons on ice', { composition })).toEqual([])
    expect(reasonsFor('関所を通るには手形が必要ですね', { composition: ['symbol'] })).toEqual([
      { code: 'composition', missing: ['symbol'] },
    ])
    expect(reasonsFor('sevensleepyheronsonice')).toEqual([])
  })

  it('tells all that its shape lacks at once', () => {
    expect(reasonsFor('a\tb', { composition: ['digit'] }).map(({ code }) => code)).toEqual([
      'too-short',
      'control-character',
      'composition',
    ])
  })
})

describe('words of the site', () => {
  const siteWords = ['gpu.example.org', 'kenji', 'bo']

  it.each([
    ['gpu.example.org1', 'gpu.example.org'],
    ['Kenji-kenji_KENJI!', 'kenji'],
    ['ＫＥＮＪＩ　ｋｅｎｊｉ　１２３４', 'kenji'],
    ['sekisho gradio 2026', 'sekisho'],
    ['kenji example 1999', 'example'],
    ['kenji-example-password', 'example'],
  ])('alone are refused: %s', (password, word) => {
    expect(reasonsFor(password, { siteWords })).toEqual([{ code: 'site-word', word }])
  })

  it.each(['kenji walks a purple heron', 'the bonfire of gradio lamps', 'bobbing for apples at dusk'])(
    'within something longer are allowed: %s',
    (password) => {
      expect(reasonsFor(password, { siteWords })).toEqual([])
    },
  )
})

describe('the judgement', () => {
  it('accepts only what it accepts again in the form that it is kept in', () => {
    fc.assert(
      fc.property(anyText, (typed) => {
        const verdict = judgePassword(typed, defaultPasswordRules, noGuessing)
        if (verdict.ok)
          expect(judgePassword(verdict.password, defaultPasswordRules, noGuessing)).toEqual(verdict)
      }),
      { numRuns: 1000 },
    )
  })

  it('never accepts what is too short or holds a control character, whatever the estimate says', () => {
    fc.assert(
      fc.property(anyText, (typed) => {
        const { ok } = judgePassword(typed, defaultPasswordRules, noGuessing)
        const normal = Array.from(typed.normalize('NFKC'))
        if (normal.length < 15 || /\p{Cc}/u.test(typed) || !typed.isWellFormed()) expect(ok).toBe(false)
      }),
      { numRuns: 1000 },
    )
  })

  it('never accepts what the estimate calls guessable', () => {
    const weak: Guessing = { guess: () => ({ score: 2, guessesLog10: 7, pattern: 'bruteforce' }) }
    fc.assert(
      fc.property(anyText, (typed) => {
        expect(judgePassword(typed, defaultPasswordRules, weak).ok).toBe(false)
      }),
    )
  })

  it('has a bounded part of a long password estimated, by whole characters', () => {
    const seen: string[] = []
    const watching: Guessing = {
      guess: (password) => {
        seen.push(password)
        return { score: 4, guessesLog10: 20, pattern: 'bruteforce' }
      },
    }
    judgePassword('🗿y'.repeat(500), defaultPasswordRules, watching)
    expect(seen).toEqual(['🗿y'.repeat(50)])
  })

  it('takes from the estimator only what it knows', () => {
    const odd = guessWith(() => ({
      score: 7,
      guessesLog10: 3,
      sequence: [
        { pattern: 'bruteforce', token: 'xxxxxxxxxx' },
        { pattern: 'horoscope', token: 'yyyyyyyyy' },
        { pattern: 'date', token: '1.1.2001' },
        { pattern: 'dictionary', token: 'abc' },
      ],
    }))
    expect(odd.guess('x', [])).toEqual({ score: 0, guessesLog10: 3, pattern: 'date' })
  })
})
