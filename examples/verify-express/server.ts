/** A service in Express that asks who calls before it answers. */
import express, { type NextFunction, type Request, type Response } from 'express'
import { AssertionError, assertionHeader, makeAssertionVerifier, type Caller } from 'sekisho/verify'

const verify = makeAssertionVerifier({
  jwksUrl: process.env['SEKISHO_JWKS'] ?? 'http://127.0.0.1:8484/.sekisho/jwks.json',
  audience: process.env['SEKISHO_AUDIENCE'] ?? 'http://127.0.0.1:7860',
})

async function signedIn(request: Request, response: Response, next: NextFunction): Promise<void> {
  try {
    response.locals['caller'] = await verify(request.headers[assertionHeader])
  } catch (error) {
    const away = error instanceof AssertionError && error.problem === 'keys-unreachable'
    response.status(away ? 503 : 401).json({ error: 'not signed in' })
    return
  }
  next()
}

export const app = express()
app.use(signedIn)

app.get('/me', (_request, response) => {
  const { subject, username, roles } = response.locals['caller'] as Caller
  response.json({ subject, username, roles })
})

app.post('/reports', (_request, response) => {
  const { roles } = response.locals['caller'] as Caller
  if (!roles.includes('analyst')) response.status(403).json({ error: 'not for you' })
  else response.json({ report: 'all months' })
})
