import { describe, expect, it } from 'vitest'
import { parsePartHead } from './part-head.ts'

/** Lines as bytes of UTF-8, each a character. */
const parseAll = (...lines: string[]) => parsePartHead(Buffer.from(lines.join('\r\n')).toString('latin1'))

/** As it is understood. */
function parse(...lines: string[]) {
  const head = parseAll(...lines)
  if (head === undefined) return undefined
  const { written: _, ...understood } = head
  return understood
}
const unnamed = 'application/octet-stream'

describe('the head of a part', () => {
  it.each([
    ['browsers', 'form-data; name="files"; filename="a b.txt"', 'a b.txt'],
    ['browsers, of a name in quotes', 'form-data; name="files"; filename="%22a%22"', '%22a%22'],
    ['browsers, of a name with a backslash', 'form-data; name="files"; filename="C:\\dir\\a"', 'C:\\dir\\a'],
    ['browsers, of a name in Japanese', 'form-data; name="files"; filename="写真.png"', '写真.png'],
    ['curl', 'form-data; name="files"; filename="a\\"b\\\\c"', 'a"b\\c'],
    ['curl, of a name with a semicolon', 'form-data; name="files"; filename="a;b=c"', 'a;b=c'],
    ['urllib3', 'form-data; name="files"; filename*=utf-8\'\'%E5%86%99%E7%9C%9F.png', '写真.png'],
    ['aiohttp', 'form-data; name="files"; filename="x"; filename*=UTF-8\'en\'na%C3%AFve', 'naïve'],
    ['tokens', 'form-data; name=files; filename=a.txt', 'a.txt'],
    ['other orders', 'Form-Data; FileName="a"; NAME="files"', 'a'],
    ['no name', 'form-data; name="files"; filename=""', ''],
  ])('is read as %s write it', (_who, disposition, filename) => {
    expect(parse(`Content-Disposition: ${disposition}`)).toEqual({ name: 'files', filename, type: unnamed })
  })

  it('says what was written, too: a browser signs it as it is', () => {
    const written = (disposition: string) =>
      parseAll(`content-disposition: form-data; ${disposition}`)?.written
    expect(written('name="a\\"b"; filename="c\\\\d"')).toEqual({ name: 'a\\"b', filename: 'c\\\\d' })
    expect(written("name=x; filename*=utf-8''na%C3%AFve")).toEqual({ name: 'x', filename: 'naïve' })
    expect(written('name="x"')).toEqual({ name: 'x' })
  })

  it('is that of a field without a file name', () => {
    expect(parse('content-disposition: form-data; name="x"', 'X-Other: 1', 'content-length: 5')).toEqual({
      name: 'x',
      type: unnamed,
    })
  })

  it.each([
    ['image/png', 'image/png'],
    ['Text/Plain; charset=utf-8', 'text/plain'],
    ['', unnamed],
    ['image', unnamed],
    ['a/b\tc', unnamed],
    ['image/png, text/html', unnamed],
  ])('keeps the essence of a type: %j', (type, kept) => {
    expect(parse('content-disposition: form-data; name="x"', `content-type: ${type}`)?.type).toBe(kept)
  })

  it.each([
    ['nothing', ''],
    ['another kind', 'content-disposition: attachment; name="x"'],
    ['no name', 'content-disposition: form-data; filename="x"'],
    ['no parameters', 'content-disposition: form-data'],
    ['an open quote', 'content-disposition: form-data; name="x'],
    ['something behind a quote', 'content-disposition: form-data; name="x"y'],
    ['a name given twice', 'content-disposition: form-data; name="x"; name="y"'],
    ['a file name given twice', 'content-disposition: form-data; name="x"; filename="a"; FILENAME="b"'],
    ['an unknown parameter', 'content-disposition: form-data; name="x"; size=3'],
    ['a semicolon at the end', 'content-disposition: form-data; name="x";'],
    ['no UTF-8', 'content-disposition: form-data; name="x"; filename*=utf-8\'\'%ff'],
    ['another character set', 'content-disposition: form-data; name="x"; filename*=iso-8859-1\'\'%e9'],
    ['a blank before the colon', 'content-disposition : form-data; name="x"'],
    ['a line without colon', 'content-disposition: form-data; name="x"\r\nhello'],
    ['a line that goes on', 'content-disposition: form-data;\r\n name="x"'],
    ['a NUL', 'content-disposition: form-data; name="x\0"'],
    [
      'two dispositions',
      'content-disposition: form-data; name="x"\r\nContent-Disposition: form-data; name="y"',
    ],
    [
      'an encoding',
      'content-disposition: form-data; name="x"\r\ncontent-transfer-encoding: quoted-printable',
    ],
    ['too many lines', `content-disposition: form-data; name="x"${'abcdefgh'.replace(/./g, '\r\n$&: 1')}`],
  ])('is refused with %s', (_what, text) => {
    expect(parse(text)).toBeUndefined()
  })

  it('is refused with bytes that are no UTF-8', () => {
    expect(parsePartHead('content-disposition: form-data; name="\xe9"')).toBeUndefined()
  })
})
