/**
 * The story: an invitation is a password that travels by mail or chat. It is read by link previews and mail scanners,
 * kept in histories, used twice, raced for, guessed, and found months later. What makes it bearable: the secret stands in
 * the fragment, only a finished registration uses it up, it does so once, and it is over after a day.
 */
import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { paths } from '../../src/contract/contract.ts'
import { ask } from '../rig/ask.ts'
import { startGateHere, type GateHere } from '../rig/gate-here.ts'
import { logIn, post, tryToLogIn } from '../rig/log-in.ts'
import { join, prepareJoin } from '../rig/set-password.ts'
import { readAuditRecords } from './audit-records.ts'
import { readAll } from './read-all.ts'
import { useApp, useGate, unpaced } from './targets.ts'

const password = 'what the rightful user chose'
const thiefs = 'what the thief has chosen'

const article = useApp('article')
const gate = useGate(article, { config: { pace: unpaced } })

let users = 0
async function invite(on: GateHere = gate()) {
  const name = `user-${String(++users)}`
  const user = await on.users.add(name)
  return { name, user, secret: await on.users.invite(user) }
}

const canSignIn = async (username: string, typed: string) =>
  (await tryToLogIn({ url: gate().url, username, password: typed })).kind === 'in'

/** Status and body, and the names of the headers: all that tells one answer from another. */
async function faceOf(answer: Response): Promise<unknown> {
  return [answer.status, await answer.text(), [...answer.headers.keys()].sort()]
}

const useless = () => randomBytes(32).toString('base64url')

async function facesOf(url: string, invitation: string): Promise<unknown> {
  const registrationRequest = Buffer.from(
    'e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76',
    'hex',
  ).toString('base64url')
  const registrationRecord = randomBytes(192).toString('base64url')
  return [
    await faceOf(await post(url, paths.joinLook, { invitation })),
    await faceOf(await post(url, paths.joinStart, { invitation, registrationRequest })),
    await faceOf(await post(url, paths.joinFinish, { invitation, registrationRecord })),
  ]
}

describe('an invitation', () => {
  it('is not used up by who previews the link: GET and HEAD of the page, looking, beginning', async () => {
    const { url } = gate()
    const { name, secret } = await invite()
    for (const method of ['GET', 'HEAD', 'GET'])
      expect((await ask(url, paths.join, { method })).status).toBe(200)
    for (let n = 0; n < 20; n++)
      expect((await post(url, paths.joinLook, { invitation: secret })).status).toBe(200)
    await prepareJoin(secret, thiefs, { url })
    expect((await join(secret, password, { url })).status).toBe(204)
    expect(await canSignIn(name, password)).toBe(true)
  })

  it('is not taken by GET at all: no address does anything', async () => {
    const { url } = gate()
    const { secret } = await invite()
    for (const target of [paths.joinLook, paths.joinStart, paths.joinFinish])
      for (const method of ['GET', 'HEAD'])
        expect((await ask(url, `${target}?invitation=${secret}`, { method })).status).toBe(401)
    expect((await post(url, paths.joinLook, { invitation: secret })).status).toBe(200)
  })

  it('is worth nothing the second time', async () => {
    const { url } = gate()
    const { name, secret } = await invite()
    const late = await prepareJoin(secret, thiefs, { url })
    expect((await join(secret, password, { url })).status).toBe(204)
    expect((await join(secret, thiefs, { url })).status).toBe(404)
    if (late instanceof Response) return expect.fail('the thief could not begin')
    expect((await late()).status).toBe(404)
    expect([await canSignIn(name, password), await canSignIn(name, thiefs)]).toEqual([true, false])
  })

  it('found after its owner got a password in another way undoes nothing', async () => {
    const { url, users: maker } = gate()
    const { name, user, secret } = await invite()
    const begun = await prepareJoin(secret, thiefs, { url })
    await maker.setPassword(user, password)
    if (begun instanceof Response) return expect.fail('the thief could not begin')
    expect((await begun()).status).toBe(404)
    expect([await canSignIn(name, password), await canSignIn(name, thiefs)]).toEqual([true, false])
  })

  it('raced for by many at once sets one password', async () => {
    const { url } = gate()
    const { user, secret } = await invite()
    const before = (await readAuditRecords(gate().auditDir)).filter(({ kind }) => kind === 'password.changed')
    const racers = await Promise.all([
      prepareJoin(secret, password, { url }),
      prepareJoin(secret, thiefs, { url }),
    ])
    const finishes = racers.flatMap((one) => (one instanceof Response ? [] : [one, one]))
    expect(finishes).toHaveLength(4)
    const statuses = await Promise.all(finishes.map(async (finish) => (await finish()).status))
    expect(statuses.sort()).toEqual([204, 404, 404, 404])
    expect(await gate().store.passwords.find(user.id)).toBeDefined()
    const after = (await readAuditRecords(gate().auditDir)).filter(({ kind }) => kind === 'password.changed')
    expect(after.length - before.length).toBe(1)
  })

  it('guessed, used, revoked, replaced, over, of a disabled and of a removed user: one answer', async () => {
    await using fresh = await startGateHere({
      upstream: article().url,
      config: { pace: unpaced },
    })
    const { users: maker, store, clock, url } = fresh
    const used = await invite(fresh)
    expect((await join(used.secret, password, { url })).status).toBe(204)
    const revoked = await invite(fresh)
    await maker.operator.revokeInvitation(revoked.user)
    const replaced = await invite(fresh)
    await maker.invite(replaced.user)
    const over = await invite(fresh)
    clock.advance(86_400_000)
    const disabled = await invite(fresh)
    await store.users.disable(disabled.user.id, clock.now())
    const removed = await invite(fresh)
    await store.users.remove(removed.user.id, clock.now())
    const faces: string[] = []
    for (const secret of [
      useless(),
      ...[used, revoked, replaced, over, disabled, removed].map((one) => one.secret),
    ]) {
      const answer = await post(url, paths.joinLook, { invitation: secret })
      faces.push(JSON.stringify(await faceOf(answer)))
    }
    expect(new Set(faces).size).toBe(1)
    expect(faces[0]).toContain('invitation-invalid')
  })

  it('of the wrong form is answered like one that is over', async () => {
    await using fresh = await startGateHere({ upstream: article().url, config: { pace: unpaced } })
    const { secret } = await invite(fresh)
    const guessed = await facesOf(fresh.url, useless())
    for (const wrong of ['', '!', secret.slice(0, -1), secret.toUpperCase(), `${secret} `.slice(1)])
      expect(await facesOf(fresh.url, wrong), wrong).toEqual(guessed)
    expect(await facesOf(fresh.url, secret)).not.toEqual(guessed)
  })

  it('is guessed slowly, and who guesses holds up nobody with a real one, not even behind the same address', async () => {
    await using fresh = await startGateHere({ upstream: article().url })
    const statuses: number[] = []
    for (let n = 0; n < 40; n++)
      statuses.push((await post(fresh.url, paths.joinLook, { invitation: useless() })).status)
    expect(statuses.filter((status) => status === 404)).toHaveLength(5)
    expect(statuses.filter((status) => status === 429)).toHaveLength(35)
    const { name, secret } = await invite(fresh)
    expect((await join(secret, password, { url: fresh.url })).status).toBe(204)
    expect(await logIn({ url: fresh.url, username: name, password })).toContain(fresh.cookies.session)
  })

  it('lies nowhere: not in the database, not in the log, and no record of it either', async () => {
    const { url, home } = gate()
    const { secret } = await invite()
    await post(url, paths.joinLook, { invitation: secret })
    await join(secret, password, { url })
    await post(url, paths.joinLook, { invitation: secret })
    const everything = await readAll(home)
    expect(everything).toContain('user-1')
    expect(everything).not.toContain(secret)
  })
})
