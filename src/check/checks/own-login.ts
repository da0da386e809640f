/** Checks of a login that the app has itself. */
import { foundAt, unseen, type AppCheck } from '../check.ts'

export const ownLogin: AppCheck = {
  id: 'own-login',
  about: 'app',
  severity: 'low',
  what: 'The app has a login of its own (auth= or auth_dependency=).',
  why: "Gradio's login sends the password itself and never slows guessing down.",
  scenario: 1,
  owasp: ['A07:2025', 'API2:2023', 'ASVS 6.3.1'],
  remedy:
    "Put the gate in front and start the app without auth=; two logins ask twice and protect no better. An auth_dependency= that checks the gate's assertion is no second login.",
  find: ({ front, gated }) => {
    if (front === 'other-login' && gated)
      return unseen("what asks there may be an auth_dependency= that checks the gate's assertion")
    // Behind the gate it also stops the gate from starting.
    return foundAt(front === 'own-login' ? ['/config asks for a login'] : [], gated ? 'medium' : 'low')
  },
}

export const loginPageTells: AppCheck = {
  id: 'login-page-tells',
  about: 'app',
  severity: 'medium',
  what: 'The page before the login names the functions of the app.',
  why: 'Strangers learn what there is to attack: names, parameters and default values.',
  scenario: 6,
  owasp: ['A01:2025', 'API3:2023', 'ASVS 13.4.5'],
  remedy: 'Put the gate in front and start the app without auth.',
  find: ({ front, answers }) => {
    const page = answers.get('page')?.text ?? ''
    const told = /window\.gradio_api_info = \{"named_endpoints":\{"/.test(page)
    return foundAt(front === 'own-login' && told ? ['the page at /'] : [])
  },
}

export const defaultCredentials: AppCheck = {
  id: 'default-credentials',
  about: 'app',
  severity: 'high',
  what: 'A name and password that everybody knows get in.',
  why: 'Such pairs are the first that programs try.',
  scenario: 1,
  owasp: ['A07:2025', 'API2:2023', 'ASVS 6.3.2'],
  remedy:
    'Change the password now and see who has signed in; put the gate in front, which refuses such passwords.',
  find: ({ guessing, front }) => {
    if (front === 'gate' || front === 'other-login') return unseen("only tried at Gradio's own login")
    switch (guessing.kind) {
      case 'not-tried':
        return unseen('only tried with --try-default-credentials')
      case 'no-login':
        return { kind: 'passed' }
      case 'tried':
        return foundAt([...new Set(guessing.names)].map((name) => `a usual password of the name "${name}"`))
    }
  },
}
