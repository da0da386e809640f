/** How much of everything is measured. */
import type { SmallSettings } from './measure/small-requests.ts'

export interface Settings {
  readonly small: SmallSettings
  readonly pairs: number
  readonly transfers: { readonly bytes: number; readonly rounds: number }
  readonly streams: number
  readonly profiled: number
}

export const settings = {
  whole: {
    small: { rounds: 20, requests: 2000, single: 200, connections: 16 },
    pairs: 250,
    transfers: { bytes: 200e6, rounds: 3 },
    streams: 1000,
    profiled: 40_000,
  },
  quick: {
    small: { rounds: 3, requests: 1000, single: 100, connections: 16 },
    pairs: 25,
    transfers: { bytes: 20e6, rounds: 1 },
    streams: 100,
    profiled: 5000,
  },
} as const satisfies Record<string, Settings>
