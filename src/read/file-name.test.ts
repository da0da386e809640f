import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { extensionOf, safeFileName } from './file-name.ts'

describe('the name of an uploaded file', () => {
  it.each([
    ['a.txt', 'a.txt'],
    ['写真 (1).png', '写真 (1).png'],
    ['../../etc/passwd', 'passwd'],
    ['/etc/passwd', 'passwd'],
    ['C:\\Users\\me\\a.png', 'a.png'],
    ['a/b\\../c', 'c'],
    ['a/', 'file'],
    ['', 'file'],
    ['.', 'file'],
    ['..', 'file'],
    ['...', 'file'],
    [' . ', 'file'],
    ['\u0000', 'file'],
    ['a\0.png\u0000.exe', 'a.png.exe'],
    ['a\r\nb.txt', 'ab.txt'],
    ['invoice\u202Egpj.exe', 'invoicegpj.exe'],
    ['\ufeffa\u200b.txt', 'a.txt'],
    ['.bashrc', '.bashrc'],
    ['.\u200b.', 'file'],
    ['invoice\u061cgpj.exe', 'invoicegpj.exe'],
    ['a.p\u00adn\u3164g\u{e0067}', 'a.png'],
    ['a.html.', 'a.html'],
    ['a.html . .', 'a.html'],
  ])('of %j is %j', (given, name) => {
    expect(safeFileName(given)).toBe(name)
  })

  it('keeps its end when it is shortened', () => {
    const name = safeFileName(`${'写'.repeat(500)}.tar.png`)
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(765)
    expect(name).toMatch(/^写+\.png$/)
    expect(Buffer.byteLength(safeFileName(`a.${'😀'.repeat(500)}`))).toBeLessThanOrEqual(765)
  })

  // A head has room for 8 KiB, and a form for a thousand heads: what grows with the square takes minutes.
  it.each([
    ['of letters', 'a'.repeat(500_000)],
    ['of three bytes each', '写'.repeat(500_000)],
    ['of dots', `${'.'.repeat(500_000)}x`],
    ['of dots and spaces', `${'. '.repeat(500_000)}x`],
    ['of invisible signs', `${'\u200b'.repeat(500_000)}x`],
  ])('is found in one go through a name %s', (_, name) => {
    expect(Buffer.byteLength(safeFileName(name))).toBeLessThanOrEqual(765)
  })

  it('is one part of a path, printable, and the same when it is read once more', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (given) => {
        const name = safeFileName(given)
        expect(name).not.toMatch(/[/\\\p{Cc}]/u)
        expect(name).not.toMatch(/^\.*$/)
        expect(safeFileName(name)).toBe(name)
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    ['a.PNG', 'png'],
    ['a.tar.gz', 'gz'],
    ['a', ''],
    ['a.', ''],
    ['.bashrc', ''],
    ['a.b c', 'b c'],
  ])('%s has the extension %j', (name, extension) => {
    expect(extensionOf(name)).toBe(extension)
  })
})
