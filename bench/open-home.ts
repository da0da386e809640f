/** The state of a gate that `startGate` starts in the same home: what a benchmark puts there beforehand. */
import { statePaths } from '../scripts/gate-process.ts'
import { openState, type State } from '../src/build.ts'
import { defaults } from '../src/config/defaults.ts'
import { systemClock } from '../src/kit/clock.ts'

export function openHome(home: string, upstream: string): Promise<State> {
  return openState(
    { ...defaults, upstream: new URL(upstream), ...statePaths(home) },
    { env: {}, clock: systemClock, onFault: () => undefined },
  )
}
