/** Credentials are told by their form, and ordinary text is none. The samples are made up, in two parts, so that no scanner of repositories takes them for real. */
import { describe, expect, it } from 'vitest'
import { decidedLength, findSecrets, redactSecrets, withheld } from './secrets.ts'

const letters = 'aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeFgHiJkLmN'

describe('credentials', () => {
  it.each([
    ['AWS access key', 'AKIA' + 'IOSFODNN7EXAMPLE'],
    ['GitHub token', 'ghp_' + letters.slice(0, 36)],
    ['GitHub token', 'github_pat_' + letters],
    ['GitLab token', 'glpat-' + letters.slice(0, 20)],
    ['Hugging Face token', 'hf_' + letters.slice(0, 34)],
    ['OpenAI key', 'sk-proj-' + letters],
    ['OpenAI key', 'sk-' + letters.slice(0, 20) + 'T3BlbkFJ' + letters.slice(0, 20)],
    ['Anthropic key', 'sk-ant-' + letters],
    ['Google API key', 'AIza' + letters.slice(0, 35)],
    ['Slack token', 'xoxb-' + '123456789012-abcdef'],
    ['Stripe key', 'sk_live_' + letters.slice(0, 24)],
    ['private key (PEM)', '-----BEGIN ' + 'RSA PRIVATE KEY-----'],
    ['JSON Web Token', `eyJ${letters}.eyJ${letters}.${letters}`],
    ['address with a password in it', 'mongodb+srv://app:' + 's3cret@db.internal'],
  ])('(%s) are found in the middle of text, and are not repeated', (kind, value) => {
    expect(findSecrets(`before "${value}" after`)).toContain(kind)
    expect(findSecrets(`before "${value}" after`).join()).not.toContain(value)
  })
})

describe('ordinary text', () => {
  it.each([
    'AKIA is the beginning of such keys',
    'https://user@example.org/path',
    'https://example.org:8080/a@b',
    'https://example.org/a:b@c',
    'a sentence: with a colon, and an address@example.org',
    'hf_model_name_with_underscores_in_it_and_more',
    'sk-learn and sk-image',
    'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ',
    '-----BEGIN PUBLIC KEY-----',
    'ghp_short',
    '550e8400-e29b-41d4-a716-446655440000',
    // What authors write into placeholders.
    'postgres://user:password@localhost:5432/db',
    'mysql://root:<password>@host/db',
    'redis://:${REDIS_PASSWORD}@cache',
    'https://user:***@example.org',
    'hf_' + 'x'.repeat(34),
    'sk-proj-' + 'X'.repeat(40),
    'AKIA' + 'X'.repeat(16),
  ])('%s', (text) => {
    expect(findSecrets(text)).toEqual([])
  })
})

describe('a text made to be slow', () => {
  it.each([
    'a.',
    'eyJ-',
    'a://',
    'a://b:',
    'eyJ0000000000.',
    'github_pat_',
    '-----BEGIN A',
    '-----BEGIN PRIVATE KEY-----',
  ])('(%s, again and again) is read in time', (part) => {
    const began = performance.now()
    findSecrets(part.repeat(200_000))
    decidedLength(part.repeat(200_000))
    // Quadratic time would be minutes.
    expect(performance.now() - began).toBeLessThan(5_000)
  })
})

it('a private key that has ended hides none that has begun', () => {
  const begun = `-----BEGIN RSA ${'PRIVATE'} KEY-----\n${letters}`
  const ended = `${begun}\n-----END RSA PRIVATE KEY-----\n`
  expect(decidedLength(`${ended}a ${begun}`)).toBe(ended.length + 2)
  expect(decidedLength(`${begun}${ended}a `)).toBe(begun.length + ended.length + 2)
  expect(redactSecrets(`${begun}${ended}a `).text).toBe(`${withheld}${withheld}\na `)
})

it('a stand-in does not hide the credential beside it', () => {
  expect(findSecrets(`hf_${'x'.repeat(34)} hf_${letters.slice(0, 34)}`)).toEqual(['Hugging Face token'])
})
