/**
 * `npm run bench:proof`: what signed requests cost, the gate and the browser. Prints the result and writes it into
 * docs/bench-proof.md; with names, only those parts are measured, and only printed.
 */
import { runPartsBench } from './measure-parts.ts'
import { measurePageCalls } from './proof/page-calls.ts'
import { measureVerification } from './proof/verification.ts'
import { measureWholeRequests } from './proof/whole-requests.ts'
import { measureWindowMemory } from './proof/window-memory.ts'

await runPartsBench({
  command: 'npm run bench:proof',
  page: 'docs/bench-proof.md',
  parts: {
    verification: measureVerification,
    'whole requests': (costs) => measureWholeRequests(costs, { rounds: 30, requests: 400 }),
    'calls of a page': (costs) => measurePageCalls(costs, 400),
    memory: measureWindowMemory,
  },
})
