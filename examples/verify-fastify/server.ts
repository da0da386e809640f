/** A service in Fastify that asks who calls before it answers. */
import fastify from 'fastify'
import { AssertionError, assertionHeader, makeAssertionVerifier, type Caller } from 'sekisho/verify'

const verify = makeAssertionVerifier({
  jwksUrl: process.env['SEKISHO_JWKS'] ?? 'http://127.0.0.1:8484/.sekisho/jwks.json',
  audience: process.env['SEKISHO_AUDIENCE'] ?? 'http://127.0.0.1:7860',
})

export const app = fastify()
app.decorateRequest('caller', null)

app.addHook('onRequest', async (request, reply) => {
  try {
    request.setDecorator('caller', await verify(request.headers[assertionHeader]))
  } catch (error) {
    const away = error instanceof AssertionError && error.problem === 'keys-unreachable'
    return reply.code(away ? 503 : 401).send({ error: 'not signed in' })
  }
})

app.get('/me', (request) => {
  const { subject, username, roles } = request.getDecorator<Caller>('caller')
  return { subject, username, roles }
})

app.post('/reports', (request, reply) => {
  if (!request.getDecorator<Caller>('caller').roles.includes('analyst'))
    return reply.code(403).send({ error: 'not for you' })
  return reply.send({ report: 'all months' })
})
