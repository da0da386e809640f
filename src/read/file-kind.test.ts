import { deflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { judgeFile } from './file-kind.ts'

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
const padded = (...start: Uint8Array[]) => Buffer.concat([...start, Buffer.alloc(600)])

const png = padded(
  hex('89504e470d0a1a0a 0000000d 49484452 00000001 00000001 0802000000 907753de 0000000c 49444154'),
)
const jpeg = padded(hex('ffd8ffe000104a46494600010100000100010000'))
const pdf = Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1')
const exe = padded(Buffer.from('MZ'), hex('90000300000004000000ffff0000'))
const wav = padded(Buffer.from('RIFF\x24\x08\x00\x00WAVEfmt ', 'latin1'))
const webm = padded(hex('1a45dfa3 9f 4286 81 01 42f7 81 01 42f2 81 04 42f3 81 08 4282 84 7765626d'))
const zip = padded(hex('504b0304 14000000 0000'), Buffer.alloc(16), hex('0500 0000'), Buffer.from('a.txt'))
/** A zip whose first entry is compressed, with junk behind it: the library throws. */
const damaged = (() => {
  const name = Buffer.from('[Content_Types].xml')
  const data = Buffer.concat([deflateRawSync('<Types/>'), Buffer.from('junk')])
  const head = Buffer.alloc(30)
  head.writeUInt32LE(0x04034b50, 0)
  head.writeUInt16LE(8, 8)
  head.writeUInt32LE(data.length, 18)
  head.writeUInt16LE(name.length, 26)
  return padded(head, name, data)
})()
const csv = Buffer.from('a,b\n1,2\n')
const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>')
const binary = padded(hex('00fe01'))

describe('the kind of a file', () => {
  it.each<[string, string[], string, Uint8Array]>([
    ['a picture by its type', ['image/png'], 'a.png', png],
    ['a picture by its family', ['image/*'], 'a.JPEG', jpeg],
    ['a picture by its extension', ['.png'], 'a.png', png],
    ['the other spelling of an extension', ['.jpg'], 'a.jpeg', jpeg],
    ['a file without extension', ['image/*'], 'blob', png],
    ['a file without extension by that of its content', ['.png'], 'blob', png],
    ['a document', ['image/*', '.pdf'], 'a.pdf', pdf],
    ['sound', ['audio/*'], 'a.wav', wav],
    ['sound in a container for pictures', ['audio/*'], 'a.webm', webm],
    ['a table', ['.csv'], 'a.csv', csv],
    ['a table by its type', ['text/csv'], 'a.csv', csv],
    ['text by its family', ['text/*'], 'a.md', csv],
    ['text that starts like a program', ['.txt'], 'a.txt', Buffer.from('MZ is a text')],
    ['an empty text', ['.txt'], 'a.txt', Buffer.alloc(0)],
    ['text in Shift_JIS', ['.csv'], 'a.csv', hex('93fa967b8cea2c31')],
    ['text as Windows writes it', ['.csv'], 'a.csv', Buffer.from('\ufeffa,b\n1,2', 'utf16le')],
    ['text of the other order', ['.txt'], 'a.txt', Buffer.from('\ufeffé', 'utf16le').swap16()],
    ['a drawing whose extension is named', ['.svg'], 'a.svg', svg],
    ['a drawing whose type is named', ['image/svg+xml'], 'a.svg', svg],
    ['a document whose kind comes late', ['.docx'], 'a.docx', zip],
    ['a format without signature', ['.safetensors'], 'a.safetensors', binary],
  ])('allows %s', async (_what, types, name, bytes) => {
    expect(await judgeFile(types, name, bytes)).toBe('allowed')
  })

  it.each<[string, string[], string, Uint8Array, string]>([
    ['another family', ['audio/*'], 'a.png', png, 'type-not-allowed'],
    ['another type', ['image/jpeg'], 'a.png', png, 'type-not-allowed'],
    ['another extension', ['.jpg'], 'a.png', png, 'type-not-allowed'],
    ['everything, where nothing is allowed', [], 'a.png', png, 'type-not-allowed'],
    ['a program named like a picture', ['image/*'], 'a.png', exe, 'name-disagrees'],
    ['a program named like a text', ['.txt'], 'a.txt', exe, 'name-disagrees'],
    ['a picture named like a program', ['image/*'], 'a.exe', png, 'name-disagrees'],
    ['a picture named like a page', ['image/*'], 'a.png.html', png, 'name-disagrees'],
    [
      'a page named like a picture',
      ['image/*'],
      'a.png',
      Buffer.from('<script>1</script>'),
      'content-unknown',
    ],
    ['a drawing that runs scripts, by its family', ['image/*'], 'a.svg', svg, 'type-not-allowed'],
    ['a page, by its family', ['text/*'], 'a.html', svg, 'type-not-allowed'],
    ['an archive as a document’s sibling', ['.zip'], 'a.docx', zip, 'type-not-allowed'],
    ['unknown bytes', ['image/*'], 'a.xyz', binary, 'content-unknown'],
    ['unknown bytes named like a picture', ['.png', '.jpeg'], 'a.png', binary, 'content-unknown'],
    ['unknown bytes in another spelling', ['.jpeg'], 'a.jpeg', binary, 'content-unknown'],
    ['unknown bytes named like an old document', ['.doc'], 'a.doc', binary, 'content-unknown'],
    ['a page named like a picture by its extension', ['.png'], 'a.png', svg, 'content-unknown'],
    ['a damaged document', ['.docx'], 'a.docx', damaged, 'name-disagrees'],
    ['unknown bytes without extension', ['image/*', '.safetensors'], 'a', binary, 'content-unknown'],
    [
      'unknown bytes behind the mark of a text',
      ['.csv'],
      'a.csv',
      padded(hex('fffe41004200')),
      'name-disagrees',
    ],
    ['half a sign behind the mark of a text', ['.csv'], 'a.csv', hex('fffe41'), 'name-disagrees'],
    ['unknown bytes named like a text', ['.csv'], 'a.csv', binary, 'name-disagrees'],
    [
      'a known format named like one without signature',
      ['.safetensors'],
      'a.safetensors',
      exe,
      'name-disagrees',
    ],
    ['an empty picture', ['image/*'], 'a.png', Buffer.alloc(0), 'content-unknown'],
    ['an extension out of a prototype', ['.constructor'], 'a.constructor', png, 'name-disagrees'],
  ])('refuses %s', async (_what, types, name, bytes, verdict) => {
    expect(await judgeFile(types, name, bytes)).toBe(verdict)
  })
})
