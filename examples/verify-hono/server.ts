/** A service in Hono that asks who calls before it answers. */
import { Hono } from 'hono'
import { createMiddleware } from 'hono/factory'
import { AssertionError, assertionHeader, makeAssertionVerifier, type Caller } from 'sekisho/verify'

const verify = makeAssertionVerifier({
  jwksUrl: process.env['SEKISHO_JWKS'] ?? 'http://127.0.0.1:8484/.sekisho/jwks.json',
  audience: process.env['SEKISHO_AUDIENCE'] ?? 'http://127.0.0.1:7860',
})

interface Environment {
  Variables: { caller: Caller }
}

const signedIn = createMiddleware<Environment>(async (context, next) => {
  try {
    context.set('caller', await verify(context.req.header(assertionHeader)))
  } catch (error) {
    const away = error instanceof AssertionError && error.problem === 'keys-unreachable'
    return context.json({ error: 'not signed in' }, away ? 503 : 401)
  }
  return next()
})

export const app = new Hono<Environment>()
app.use(signedIn)

app.get('/me', (context) => {
  const { subject, username, roles } = context.get('caller')
  return context.json({ subject, username, roles })
})

app.post('/reports', (context) =>
  context.get('caller').roles.includes('analyst')
    ? context.json({ report: 'all months' })
    : context.json({ error: 'not for you' }, 403),
)
