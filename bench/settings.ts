/** How much of everything is measured. */
import type { GradioFunction } from './measure/gradio-calls.ts'
import type { SmallSettings } from './measure/small-requests.ts'

export interface Settings {
  readonly small: SmallSettings
  readonly calls: Readonly<Record<GradioFunction, { readonly pairs: number; readonly warmUp: number }>>
  readonly transfers: { readonly bytes: number; readonly rounds: number }
  readonly streams: number
  readonly profiled: { readonly small: number; readonly calls: number }
}

export const settings = {
  whole: {
    small: { rounds: 20, requests: 2000, single: 200, connections: 16 },
    calls: { echo: { pairs: 300, warmUp: 500 }, count: { pairs: 200, warmUp: 20 } },
    transfers: { bytes: 200e6, rounds: 3 },
    streams: 1000,
    profiled: { small: 40_000, calls: 500 },
  },
  quick: {
    small: { rounds: 3, requests: 1000, single: 100, connections: 16 },
    calls: { echo: { pairs: 30, warmUp: 20 }, count: { pairs: 10, warmUp: 5 } },
    transfers: { bytes: 20e6, rounds: 1 },
    streams: 100,
    profiled: { small: 5000, calls: 50 },
  },
} as const satisfies Record<string, Settings>
