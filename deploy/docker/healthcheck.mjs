// Asks the gate in this container whether it answers; exit code 0 says yes. Node alone, so that the image needs no curl.
import { get as getPlain } from 'node:http'
import { get as getSecure } from 'node:https'

// Where another address is configured, say so: SEKISHO_HEALTH=http://127.0.0.1:8484
const url = new URL('/.sekisho/health', process.env.SEKISHO_HEALTH ?? 'https://127.0.0.1:443')
// It asks itself, over loopback: the certificate is for the name that browsers use.
const options = { timeout: 4_000, rejectUnauthorized: false }
const get = url.protocol === 'https:' ? getSecure : getPlain

const request = get(url, options, (response) => {
  response.resume()
  process.exitCode = response.statusCode === 200 ? 0 : 1
})
request.on('timeout', () => request.destroy(new Error('no answer')))
request.on('error', (error) => {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
})
