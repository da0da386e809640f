/** The limits of what is asked of a CA. */
import { expect, it } from 'vitest'
import { startWrongCa } from '../../../test/rig/wrong-ca.ts'
import { openTransport } from './transport.ts'
import { wordsOf } from './words.ts'

it('an answer that drips has the same time as one that is silent', async () => {
  const ca = await startWrongCa((_, response) => {
    const drops = setInterval(() => response.write(' '), 10)
    response.on('close', () => {
      clearInterval(drops)
    })
  })
  const transport = await openTransport(ca, new AbortController().signal, 100)
  const thrown = await transport.readDirectory().catch((fault: unknown) => fault)
  expect(wordsOf(thrown, ca.directory)).toMatch(/can't be reached: it did not answer in time$/)
  await ca.remove()
})
