/**
 * A page with a slider, a list of choices and a field that nobody can type into promises nothing: whoever calls the
 * function behind it sends what they like, and what they send may end up in a query or a command line.
 */
import { describe, expect, it } from 'vitest'
import { readConfigText } from '../rig/read-config-text.ts'
import { useApp, useGate, useSession } from './targets.ts'
import { clientWays, indexOf, ways, type WayName } from './ways-to-call.ts'

const app = useApp('careless')
const bareGate = useGate(app)
const gate = useGate(app, {
  config: readConfigText(`
inputs:
  lookup: { query: { pattern: "[\\\\p{L}\\\\p{N} -]{1,64}" } }
  reach: { host: { pattern: "[a-z0-9.-]{1,253}" } }
`),
})
const cookie = useSession(gate)
const plainCookie = useSession(bareGate)
const names = clientWays.filter((way) => way !== 'MCP')

interface Attack {
  readonly name: string
  readonly data: readonly unknown[]
  readonly named: Readonly<Record<string, unknown>>
  /** What shows that it worked. */
  readonly proof: string
}

const order = (data: readonly unknown[]) => ({
  name: 'order',
  data,
  named: Object.fromEntries(['price', 'amount', 'size', 'note'].map((name, place) => [name, data[place]])),
})
const injection = "' union select name, wage from wages --"
const injections: Readonly<Record<string, Attack>> = {
  'SQL in a text box': {
    name: 'lookup',
    data: [injection],
    named: { query: injection },
    proof: 'alice 4711',
  },
  'a command in a text box': {
    name: 'reach',
    data: ['x; echo pw$((40+2))'],
    named: { host: 'x; echo pw$((40+2))' },
    proof: 'pw42',
  },
}
const forgeries: Readonly<Record<string, Attack>> = {
  'a price that nobody can type': { ...order([1, 1, 'small', '']), proof: '1 times 1 of' },
  'a text where a number is expected': { ...order([100, 'many', 'small', '']), proof: 'many times' },
  'a list where a number is expected': { ...order([100, [1, 2], 'small', '']), proof: '[1, 2] times' },
  'a dict where a number is expected': { ...order([100, { a: 1 }, 'small', '']), proof: "{'a': 1} times" },
  'a list where one choice is expected': { ...order([100, 1, ['small', 'small'], '']), proof: "['small'" },
  'a text that is longer than its box takes': {
    ...order([100, 1, 'small', 'x'.repeat(40)]),
    proof: 'x'.repeat(40),
  },
}

/** Gradio looks at these itself (gradio/components 6.31: preprocess of Slider and Dropdown, inputs of State). */
const inVain: Readonly<Record<string, Attack>> = {
  'a number beyond the end of its slider': {
    name: 'rate',
    data: [11],
    named: { stars: 11 },
    proof: 'rated 11',
  },
  'a choice that is none': { ...order([100, 1, 'huge', '']), proof: 'of huge' },
}
const everything = { ...injections, ...forgeries, ...inVain }

async function attempt(attack: string, way: WayName, url: string, headers = {}): Promise<string> {
  const { proof: _proof, ...wanted } = everything[attack] ?? failed()
  return ways[way]({ url, headers }, { ...wanted, index: await indexOf(app().url, wanted.name) })
}

function failed(): never {
  throw new TypeError('no such attack')
}

const told = /This input is not allowed\. \((?:Price|Amount|Size|Note|Query|Host|Stars)/i

describe.each(Object.keys(everything))('%s', (attack) => {
  const works = !(attack in inVain)
  it.each(names)(`${works ? 'succeeds' : 'stays blocked'} on the bare app: %s`, async (way) => {
    const text = await attempt(attack, way, app().url)
    expect(text.includes(everything[attack]?.proof ?? '')).toBe(works)
  })

  const [which, open, session] =
    attack in injections ? ['that has a pattern', gate, cookie] : ['without any rule', bareGate, plainCookie]
  it.each(names)(`is blocked by the gate ${which}: %s`, async (way) => {
    const text = await attempt(attack, way, open().url, { cookie: session() })
    expect(text).not.toContain(everything[attack]?.proof)
    expect(text).toMatch(told)
  })
})

describe('a State in the place of what the app remembers', () => {
  const forged = { name: 'remember', data: ['mine', ['forged']], named: { item: 'mine' } }

  it.each([
    ['on the bare app', () => ({ url: app().url, headers: {} })],
    ['by the gate', () => ({ url: gate().url, headers: { cookie: cookie() } })],
  ])('stays blocked %s', async (_where, caller) => {
    for (const way of names) {
      const text = await ways[way](caller(), { ...forged, index: await indexOf(app().url, forged.name) })
      expect(text, way).not.toContain('forged, mine')
    }
  })
})

describe('behind the gate', () => {
  it.each(names)('what the page sends works: %s', async (way) => {
    const headers = { cookie: cookie() }
    const look = async (name: string, data: readonly unknown[], named: Readonly<Record<string, unknown>>) =>
      ways[way]({ url: gate().url, headers }, { name, data, named, index: await indexOf(app().url, name) })
    expect(await look('lookup', ['lamp'], { query: 'lamp' })).toContain('lamp 20')
    expect(await look('reach', ['db.example'], { host: 'db.example' })).toContain('reached db.example')
    const { data, named } = order([100, 2, 'large', 'please'])
    expect(await look('order', data, named)).toContain('2 times 100 of large: please')
    expect(await look('rate', [10], { stars: 10 })).toContain('rated 10')
    expect(await look('remember', ['lamp', null], { item: 'lamp' })).toContain('lamp')
  })
})
