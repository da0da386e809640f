/** A role's `when:` in words, in both languages. */
import type { Language } from '../contract/contract.ts'
import { weekdays, type ArgumentRule, type When } from '../policy/roles.ts'

/** Each is a condition of its own; all must hold. */
export function whenWords(when: When, language: Language): readonly string[] {
  const words = language === 'ja' ? japanese : english
  const { mfa, authAge, method, network, hours, days, timeZone = 'UTC', proof, fresh } = when
  const times = [
    ...(hours ?? []).map(({ from, to }) => `${clock(from)}–${clock(to)}`),
    ...(days === undefined
      ? []
      : [
          weekdays
            .filter((day) => days.includes(day))
            .map((day) => words.days[day])
            .join(words.and),
        ]),
  ]
  return [
    ...(mfa === true ? [words.mfa] : []),
    ...(authAge === undefined ? [] : [words.authAge(duration(authAge))]),
    ...(method === undefined ? [] : [words.method(method.map((one) => words.methods[one]).join(words.or))]),
    ...(network === undefined ? [] : [words.network(network.join(words.or))]),
    ...(times.length === 0 ? [] : [words.times(times.join(words.and), timeZone)]),
    ...(proof === true ? [words.proof] : []),
    ...(fresh === undefined ? [] : [words.fresh]),
    ...Object.entries(when.attributes ?? {}).map(([name, values]) =>
      words.attribute(name, values.join(words.or)),
    ),
    ...Object.entries(when.arguments ?? {}).map(([name, rule]) =>
      words.argument(name, range(rule, words.or)),
    ),
  ]
}

const english = {
  mfa: 'with a second factor',
  authAge: (time: string) => `password given at most ${time} ago`,
  method: (methods: string) => `signed in by ${methods}`,
  methods: { password: 'password', token: 'token' },
  network: (networks: string) => `from ${networks}`,
  times: (times: string, zone: string) => `${times} (${zone})`,
  days: { mon: 'Mon', tue: 'Tue', wed: 'Wed', thu: 'Thu', fri: 'Fri', sat: 'Sat', sun: 'Sun' },
  proof: "with proof of the login's key",
  fresh: 'with the password given for each call',
  attribute: (name: string, values: string) => `user's ${name} is ${values}`,
  argument: (name: string, values: string) => `argument ${name} is ${values}`,
  or: ' or ',
  and: ', ',
}

const japanese: typeof english = {
  mfa: '二要素認証あり',
  authAge: (time) => `パスワードの入力から ${time} 以内`,
  method: (methods) => `${methods}でサインイン`,
  methods: { password: 'パスワード', token: 'トークン' },
  network: (networks) => `接続元 ${networks}`,
  times: (times, zone) => `${times}(${zone})`,
  days: { mon: '月', tue: '火', wed: '水', thu: '木', fri: '金', sat: '土', sun: '日' },
  proof: 'ログイン鍵の所持証明あり',
  fresh: '呼び出しごとにパスワードを確認',
  attribute: (name, values) => `ユーザーの ${name} が ${values}`,
  argument: (name, values) => `引数 ${name} が ${values}`,
  or: ' または ',
  and: '、',
}

function range(rule: ArgumentRule, or: string): string {
  if (rule.kind === 'values') return rule.values.map(String).join(or)
  return `${String(rule.min ?? '')}…${String(rule.max ?? '')}`
}

function clock(minute: number): string {
  const two = (part: number) => String(part).padStart(2, '0')
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`
}

const units = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'm'],
] as const

function duration(ms: number): string {
  const unit = units.find(([size]) => ms >= size && ms % size === 0)
  return unit === undefined ? `${String(ms / 1000)}s` : `${String(ms / unit[0])}${unit[1]}`
}
