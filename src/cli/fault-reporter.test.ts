/** Faults in the background, on a clock of our own. */
import { expect, test } from 'vitest'
import { makeFaultReporter } from './fault-reporter.ts'

test('the same fault is said once a minute, another one at once', () => {
  let now = 0
  const said: string[] = []
  const report = makeFaultReporter(
    (words) => said.push(words),
    (fault) => String(fault),
    { now: () => now },
  )
  for (; now < 120_000; now += 500) {
    report('disk')
    if (now === 30_000) report('net')
  }
  expect(said).toEqual(['disk', 'net', 'disk'])
})
