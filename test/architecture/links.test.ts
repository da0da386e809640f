/** Links of every document lead somewhere: to a file that is there, and to a heading that stands in it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')

/** Folders that hold nothing that we wrote. */
const foreign = /^(?:node_modules|dist|\..*)$/

function documentsIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return foreign.test(entry.name) ? [] : documentsIn(path)
    return entry.name.endsWith('.md') ? [path] : []
  })
}

const withoutFences = (text: string) => text.replace(/^```[\s\S]*?^```/gm, '')

/** As GitHub names headings: lower case, without marks, hyphens for spaces, a number for those that come again. */
function anchorsOf(text: string): ReadonlySet<string> {
  const anchors = new Set<string>()
  for (const [, heading = ''] of withoutFences(text).matchAll(/^#{1,6} +(.*)$/gm)) {
    const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
    const name = plain.replace(/[^\p{L}\p{M}\p{N}_ -]/gu, '').replaceAll(' ', '-')
    let anchor = name
    for (let again = 1; anchors.has(anchor); again += 1) anchor = `${name}-${String(again)}`
    anchors.add(anchor)
  }
  return anchors
}

/** The links of our own that lead nowhere; `read` answers undefined where there is nothing, '' for a folder. */
function brokenLinks(file: string, read: (path: string) => string | undefined): readonly string[] {
  const prose = withoutFences(read(file) ?? '').replace(/`[^`\n]*`/g, '')
  const links = Array.from(prose.matchAll(/\]\(([^)\s]+)\)/g), ([, link = '']) => link)
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false
    const [path = '', anchor] = link.split('#')
    const text = read(path === '' ? file : join(dirname(file), path))
    return text === undefined || (anchor !== undefined && !anchorsOf(text).has(anchor))
  })
}

function readTree(path: string): string | undefined {
  if (!existsSync(path)) return undefined
  return path.endsWith('.md') ? readFileSync(path, 'utf8') : ''
}

const documents = documentsIn(root).map((path) => relative(root, path))

describe('links', () => {
  it.each(documents)('of %s lead somewhere', (document) => {
    expect(brokenLinks(join(root, document), readTree)).toEqual([])
  })

  it('are told when the file or the heading is gone', () => {
    const tree: Record<string, string> = {
      'a.md': [
        '# One',
        '[here](#one) [twice](b/c.md#the-same-1) [folder](b/) [away](https://example.org/none.md)',
        '[gone](b/d.md) [renamed](b/c.md#the-other) [here too](#two) `[code](none.md)`',
        '```md\n# Two\n[fenced](none.md)\n```',
      ].join('\n'),
      'b/c.md': '# The `same`\n\n## The same\n',
      'b/': '',
    }
    expect(brokenLinks('a.md', (path) => tree[path])).toEqual(['b/d.md', 'b/c.md#the-other', '#two'])
  })

  it('are looked at in the documents that everybody reads', () => {
    expect(documents).toEqual(expect.arrayContaining(['README.md', 'docs/operate/roles.md', 'SECURITY.md']))
  })
})
