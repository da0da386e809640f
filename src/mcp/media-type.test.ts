import { describe, expect, it } from 'vitest'
import { mediaTypeFor } from './media-type.ts'

const unsaid = 'application/octet-stream'

describe('the media type of a file', () => {
  it('is what the app says, if it says something', () => {
    expect(mediaTypeFor('/t/x.csv', 'image/png')).toBe('image/png')
  })

  it.each([
    ['/t/x.csv', 'text/csv'],
    ['/t/x.CSV', 'text/csv'],
    ['/t/x.tar.gz', 'application/gzip'],
    ['/t.csv/x', unsaid],
    ['/t/x', unsaid],
    ['/t/x.', unsaid],
    ['/t/x.constructor', unsaid],
    ['/t/x.npy', unsaid],
  ])('is otherwise that of its ending, if there is one: %s', (path, expected) => {
    expect(mediaTypeFor(path, unsaid)).toBe(expected)
  })
})
