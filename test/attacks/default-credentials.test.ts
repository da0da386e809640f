/**
 * The story: an app goes online with the password that its author had at hand. Whoever tries a dozen usual ones gets in.
 * At the gate a usual password can't be set, and a patient guesser meets the one that is.
 */
import { describe, expect, it } from 'vitest'
import { loadGuessing } from '../../src/cli/guessing.ts'
import { defaultPasswordRules, judgePassword } from '../../src/contract/password-rules.ts'
import { articleDoor, gateDoor, gradioDoor, type Credentials, type Door } from './doors.ts'
import { useApp, useAppWithAuth, useGate } from './targets.ts'

const guessing = await loadGuessing()

const usualWords = [
  'password', '123456', '12345678', 'admin', 'qwerty', 'letmein',
  'welcome', 'secret', 'changeme', 'gradio', 'demo', 'test',
] as const // prettier-ignore

const usualPairs: readonly Credentials[] = [
  ...['admin', 'root', 'user', 'test', 'demo', 'guest'].map((user) => ({ user, password: user })),
  ...['password', '123456', '1234', 'changeme', 'secret', ''].map((password) => ({
    user: 'admin',
    password,
  })),
]

/** Tries them all, waiting as long as the door asks. Answers what got in. */
async function guessDefaults(
  door: Door,
  guesses: readonly Credentials[],
  wait: (seconds: number) => void,
): Promise<Credentials | undefined> {
  for (const guess of guesses) {
    let knock = await door.knock(guess)
    for (let patience = 3; knock.kind === 'slowed' && patience > 0; patience--) {
      wait(knock.retryAfter)
      knock = await door.knock(guess)
    }
    if (knock.kind === 'in') return guess
  }
  return undefined
}

const neverSlowed = () => expect.fail('this target slows nobody down')

describe('1.01 guess default credentials', () => {
  const withAuth = useAppWithAuth()
  const article = useApp('article')
  const gate = useGate(article)
  const words = usualWords.map((password) => ({ password }))

  it('succeeds on auth= with twelve usual pairs', async () => {
    const found = await guessDefaults(gradioDoor(withAuth().url), usualPairs, neverSlowed)
    expect(found).toEqual({ user: 'admin', password: 'password' })
  })

  it("succeeds on the article's scheme with twelve usual words", async () => {
    const found = await guessDefaults(articleDoor(article().url), words, neverSlowed)
    expect(found).toEqual({ password: 'password' })
  })

  it('is blocked by the gate, for the patient too', async () => {
    const { url, clock } = gate()
    let waited = 0
    const found = await guessDefaults(gateDoor(url), [...words, ...usualPairs], (seconds) => {
      waited += seconds
      clock.advance(seconds * 1000)
    })
    expect(found).toBeUndefined()
    expect(waited).toBeGreaterThan(60)
  })

  it.each([
    ...usualWords,
    'passwordpassword',
    '123456789012345',
    'correcthorsebatterystaple',
    'sekisho-sekisho-sekisho',
  ])('can not be set up at the gate: %s is no password to it', (word) => {
    expect(judgePassword(word, defaultPasswordRules, guessing).ok).toBe(false)
  })
})
