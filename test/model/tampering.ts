/** What an attacker who has no key can do to a signed request: every part of it changed, alone. */
import { proofFields } from '../../src/contract/proof.ts'
import { KeyPair, sha256 } from '../rig/key-pair.ts'
import type { Browser } from './browser.ts'
import { otherSignature } from './keys.ts'
import { digestOf, signMessage, type Message } from './message.ts'

/** What the attacker holds. `cookies`: all that went over the wire, its own among them. */
export interface Loot {
  readonly own: Browser | undefined
  readonly cookies: readonly string[]
  readonly others: readonly Message[]
  /** Of the session that the message belongs to: whoever has a copy of the cookie can ask for it. */
  readonly epoch: string
  readonly keyid: string
  readonly now: number
  /** Some number, to choose by. */
  readonly pick: number
}

type Tamper = (message: Message, loot: Loot) => Message

const withHeaders = (message: Message, headers: Readonly<Record<string, string>>): Message => ({
  ...message,
  headers: { ...message.headers, ...headers },
})

const without = (message: Message, ...names: readonly string[]): Message => ({
  ...message,
  headers: Object.fromEntries(Object.entries(message.headers).filter(([name]) => !names.includes(name))),
})

const inInput = (from: RegExp, to: string) => (message: Message) =>
  withHeaders(message, { [proofFields.input]: (message.headers[proofFields.input] ?? '').replace(from, to) })

const withBody = (message: Message, change: (body: string) => string): Message =>
  message.body === undefined ? message : { ...message, body: Buffer.from(change(message.body.toString())) }

const more = (body: string) =>
  body.replace(/"data":\["/, '"data":["more ').replace(/\r\n\r\n/, '\r\n\r\nmore ')

/** As a browser would sign, with a key of the attacker's making. */
function signAnew(message: Message, { epoch, keyid, now, pick }: Loot, key: Pick<KeyPair, 'sign'>): Message {
  const parameters = {
    created: Math.floor(now / 1000),
    epoch,
    instance: 'AAAAAAAAAAAAAAAA',
    counter: pick + 1,
    keyid,
  }
  return signMessage(without(message, proofFields.digest, proofFields.parts), parameters, key)
}

export const tampers = {
  nothing: (message) => message,
  method: (message) => ({ ...message, method: message.method === 'POST' ? 'PUT' : 'POST' }),
  'method to GET': ({ body: _, ...message }) => ({ ...message, method: 'GET' }),
  function: (message) => ({ ...message, target: message.target.replace('/run/submit', '/run/remove') }),
  spelling: (message) => ({ ...message, target: message.target.replace('submit', '%73ubmit') }),
  query: (message) => ({
    ...message,
    target: `${message.target}${message.target.includes('?') ? '&' : '?'}x=1`,
  }),
  'lone mark': (message) => ({ ...message, target: `${message.target}?` }),
  'value in the query': (message) => ({ ...message, target: message.target.replace(/=[^=&]*$/, '=other') }),
  site: (message) => ({ ...message, site: { ...message.site, host: 'other.example' } }),
  scheme: (message) => ({ ...message, site: { ...message.site, scheme: 'http' } }),
  body: (message) => withBody(message, more),
  'body and digest': (message) => {
    const changed = withBody(message, more)
    const digest = digestOf(changed)
    const name = proofFields.parts in message.headers ? proofFields.parts : proofFields.digest
    return digest === undefined ? changed : withHeaders(changed, { [name]: digest })
  },
  'body and cover': (message) =>
    inInput(
      / "(?:content-digest|sekisho-parts)"/,
      '',
    )(without(withBody(message, more), proofFields.digest, proofFields.parts)),
  'cover of the other kind': inInput(/"content-digest"/, '"sekisho-parts"'),
  'no body': ({ body: _, ...message }) => message,
  'a body where there was none': (message) =>
    message.body === undefined ? { ...message, body: Buffer.from('{"data":["more"]}') } : message,
  type: (message) => withHeaders(message, { 'content-type': 'multipart/form-data; boundary=model' }),
  created: inInput(/created=(\d+)/, 'created=1$1'),
  'created a little later': (message) => {
    const input = message.headers[proofFields.input] ?? ''
    return withHeaders(message, {
      [proofFields.input]: input.replace(
        /created=(\d+)/,
        (_, at: string) => `created=${String(Number(at) + 1)}`,
      ),
    })
  },
  epoch: (message, { epoch }) => inInput(/nonce="[\w-]+\./, `nonce="${epoch}.`)(message),
  counter: inInput(/\.(\d+)";keyid/, '.9$1";keyid'),
  instance: inInput(/\.[\w-]{16}\./, '.AAAAAAAAAAAAAAAA.'),
  keyid: (message, { own }) => inInput(/keyid="[^"]*"/, `keyid="${own?.key.keyid ?? 'none'}"`)(message),
  tag: inInput(/sekisho-proof/, 'other-proof'),
  label: inInput(/^sekisho=/, 'other='),
  'a second signature': (message) =>
    withHeaders(message, {
      [proofFields.input]: `${message.headers[proofFields.input] ?? ''}, x=("@method")`,
    }),
  'no signature': (message) => without(message, proofFields.input, proofFields.signature),
  'half a signature': (message) => without(message, proofFields.signature),
  'the other signature of the curve': (message) => {
    const found = /^sekisho=:(.*):$/.exec(message.headers[proofFields.signature] ?? '')?.[1] ?? ''
    const other = otherSignature(Buffer.from(found, 'base64')).toString('base64')
    return withHeaders(message, { [proofFields.signature]: `sekisho=:${other}:` })
  },
  'a signature of nothing': (message) =>
    withHeaders(message, { [proofFields.signature]: `sekisho=:${Buffer.alloc(64).toString('base64')}:` }),
  "another message's signature": (message, { others, pick }) => {
    const other = others[pick % others.length]
    const names = [proofFields.input, proofFields.signature]
    return withHeaders(message, Object.fromEntries(names.map((name) => [name, other?.headers[name] ?? ''])))
  },
  "another session's cookie": (message, { cookies, pick }) =>
    withHeaders(message, { cookie: cookies[pick % cookies.length] ?? '' }),
  'two cookies': (message, { cookies, pick }) =>
    withHeaders(message, {
      cookie: `${message.headers['cookie'] ?? ''}; ${cookies[pick % cookies.length] ?? ''}`,
    }),
  'a key of its own, under the name of the right one': (message, loot) =>
    signAnew(message, loot, new KeyPair()),
  'a key of its own': (message, loot) => {
    const key = new KeyPair()
    return signAnew(message, { ...loot, keyid: key.keyid }, key)
  },
  // What JWT libraries once fell for (CVE-2015-9235): a public value taken for a secret one.
  'a hash under what is public': (message, loot) =>
    signAnew(message, loot, { sign: () => sha256(loot.keyid) }),
  'its own session, signed rightly': (message, { own, now }) =>
    own === undefined ? message : own.sign(withHeaders(unsigned(message), { cookie: own.cookie }), 0, now),
  'its own signature on the cookie of another': (message, { own, now }) =>
    own === undefined
      ? message
      : withHeaders(own.sign(unsigned(message), 0, now), { cookie: message.headers['cookie'] ?? '' }),
} as const satisfies Record<string, Tamper>

export type TamperName = keyof typeof tampers
export const tamperNames = Object.keys(tampers) as readonly TamperName[]

const unsigned = (message: Message) =>
  without(message, proofFields.input, proofFields.signature, proofFields.digest, proofFields.parts)
