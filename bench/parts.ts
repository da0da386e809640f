/**
 * `npm run bench:parts`: what the parts cost that judge a call and look at its answer, each by itself. Prints the result and
 * writes it into docs/bench-parts.md; with names, only those parts are measured, and only printed.
 */
import { runPartsBench } from './measure-parts.ts'
import { measureAnswers } from './parts/answers.ts'
import { measureDecisions } from './parts/decisions.ts'
import { measureInputs } from './parts/inputs.ts'
import { measureOwnership } from './parts/ownership.ts'

await runPartsBench({
  command: 'npm run bench:parts',
  page: 'docs/bench-parts.md',
  parts: {
    answers: measureAnswers,
    decisions: measureDecisions,
    inputs: measureInputs,
    ownership: measureOwnership,
  },
})
