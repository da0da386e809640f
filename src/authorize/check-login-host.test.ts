/** Every route at either host: passwords here, the app there, and nothing of a login host where there is none. */
import { describe, expect, it } from 'vitest'
import { catalogue } from '../catalog/index.ts'
import { paths } from '../contract/contract.ts'
import { findMisplaced } from './check-login-host.ts'
import { requestFor } from './requests.contract.ts'

const loginHost = { name: 'login.test', apps: ['app.test'] }
const at = (host: string) => (id: string) => {
  const request = requestFor(id, { site: { scheme: 'https', host } })
  return findMisplaced({ ...request, path: '/x' as typeof request.path, query: 'a=1' }, { loginHost })
}
const ids = catalogue.map(({ id }) => id)
const placed = (judge: (id: string) => unknown) => ids.filter((id) => judge(id) === undefined)
const misplaced = (judge: (id: string) => unknown) => ids.filter((id) => judge(id) !== undefined)

/** Where somebody types a password, by their paths: whoever adds such a route has to look here. */
const takesPasswords = /^\/\.sekisho\/(?:api\/)?(?:login\/|join|account|confirm\/)/

describe('at the login host', () => {
  const judge = at('login.test')

  it('nothing of the app is served', () => {
    const own = catalogue.filter(({ goesTo, readFrom }) => goesTo === 'serve' && readFrom === 'sekisho')
    const notThere: readonly string[] = [paths.enter, paths.enterApi, paths.enterVouch]
    const expected = own.filter(({ path }) => !notThere.includes(path))
    expect(placed(judge)).toEqual(expected.map(({ id }) => id))
  })

  it('whoever opens a page of the app is led to it', () => {
    expect(judge('page.main')).toMatchObject({ elsewhere: 'https://app.test/x?a=1' })
    expect(judge('gate.enter.page')).not.toHaveProperty('elsewhere')
  })
})

describe('under the app’s name', () => {
  const judge = at('app.test')

  it('no password is taken, and no ticket of another origin', () => {
    const expected = catalogue.filter(
      ({ path }) => takesPasswords.test(path) || path.startsWith(paths.away) || path.includes('/api/away/'),
    )
    expect(misplaced(judge)).toEqual(expected.map(({ id }) => id))
  })

  it('whoever opens such a page is led to the login host', () => {
    expect(judge('gate.account.page')).toMatchObject({ elsewhere: 'https://login.test/x?a=1' })
  })
})

it('without a login host there is nothing of one, and everything else', () => {
  const judge = (id: string) => findMisplaced(requestFor(id), {})
  expect(misplaced(judge)).toEqual(ids.filter((id) => /^gate\.(?:enter|away)\./.test(id)))
})
