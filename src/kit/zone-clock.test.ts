/** What the clock on the wall shows. */
import { describe, expect, it } from 'vitest'
import { clockIn, isTimeZone } from './zone-clock.ts'

describe('the clock of a zone', () => {
  it.each([
    ['UTC', '2026-10-25T00:59:59.999Z', { hour: 0, minute: 59, weekday: 7 }],
    ['Asia/Tokyo', '2026-10-25T15:00:00Z', { hour: 0, minute: 0, weekday: 1 }],
    ['Asia/Kathmandu', '2026-10-25T00:00:00Z', { hour: 5, minute: 345, weekday: 7 }],
    // The night in which the clocks go back: two different hours show the same.
    ['Europe/Berlin', '2026-10-25T00:30:00Z', { hour: 2, minute: 150, weekday: 7 }],
    ['Europe/Berlin', '2026-10-25T01:30:00Z', { hour: 2, minute: 150, weekday: 7 }],
    ['America/New_York', '2026-03-08T06:59:00Z', { hour: 1, minute: 119, weekday: 7 }],
    ['America/New_York', '2026-03-08T07:00:00Z', { hour: 3, minute: 180, weekday: 7 }],
  ])('%s at %s', (zone, at, clock) => {
    expect(clockIn(zone, Date.parse(at))).toEqual(clock)
    // From its memory too.
    expect(clockIn(zone, Date.parse(at))).toEqual(clock)
  })

  it('knows zones by name, and nothing that would not follow the summer', () => {
    expect(['UTC', 'Asia/Tokyo', 'America/Argentina/Buenos_Aires'].map(isTimeZone)).toEqual([
      true,
      true,
      true,
    ])
    expect(['', '+09:00', 'Asia/Tokio', '__proto__', 'Asia/Tokyo\n'].some(isTimeZone)).toBe(false)
  })
})
