/** What of YAML is taken, and how it is said what is not. */
import { describe, expect, test } from 'vitest'
import { GateFault } from '../kit/fault.ts'
import { readYaml } from './read-yaml.ts'

function refusal(text: string): string {
  try {
    return `taken: ${JSON.stringify(readYaml(text, 'sekisho.yaml').raw)}`
  } catch (thrown) {
    if (!(thrown instanceof GateFault)) throw thrown
    return thrown.message.split('\n').slice(1).join('\n')
  }
}

const alias =
  'anchors and aliases (&name, *name) are not used here. A text that begins so goes in quotes: "*name".'

describe('YAML', () => {
  test.each([
    [
      'a key twice',
      'a: 1\na: 1',
      'sekisho.yaml:2: the same key stands twice in one group. Keep one of them.',
    ],
    ['an anchor', 'a: &h [a]', `sekisho.yaml:1: ${alias}`],
    ['an alias', 'a: &h [a]\nb: *h', `sekisho.yaml:2: ${alias}`],
    ['a star without quotes', 'call: *', 'a text that begins with * goes in quotes: "*".'],
    [
      'an exclusion without quotes',
      'call: [!report_salaries, ok]',
      'tags (!name) are not used here. A text that begins with ! goes in quotes: "!name".',
    ],
    ['a tag', 'a: !!js/function x', 'sekisho.yaml:1: tags (!name) are not used here.'],
    ['a key that is no word', '1: 2', 'sekisho.yaml:1: a key here must be a plain word.'],
    [
      'a second document',
      'a: 1\n---\nb: 1',
      'sekisho.yaml:2: a second document begins here (---). Keep one.',
    ],
  ])('with %s is refused', (_, text, words) => {
    expect(refusal(text)).toContain(words)
  })

  test('that nests beyond sense is refused and not a crash', () => {
    expect(refusal('['.repeat(50_000))).toMatch(/^ {2}sekisho\.yaml(:1)?: this is not YAML/)
  })

  test('has stars and exclamation marks in quotes', () => {
    expect(refusal('call: ["*", "!x"]')).toBe('taken: {"call":["*","!x"]}')
  })
})
