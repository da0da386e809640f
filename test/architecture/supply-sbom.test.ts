/** The bill of materials says of everything that runs what it is, and says the same as npm. */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { lockedPackages, parseLock } from '../../scripts/lockfile.ts'
import { makeSbom, readSbomSource, type SbomSource } from '../../scripts/make-sbom.ts'
import { runCommand } from '../../scripts/run-command.ts'
import { plainEnvironment } from './supply-clean-copy.ts'

const root = join(import.meta.dirname, '../..')

interface Component {
  readonly 'bom-ref': string
  readonly name: string
  readonly version: string
  readonly purl: string
  readonly hashes: readonly { readonly alg: string; readonly content: string }[]
  readonly licenses: readonly object[]
  readonly properties?: readonly { readonly name: string; readonly value: string }[]
}

interface Sbom {
  readonly metadata: { readonly timestamp?: string; readonly component: Component }
  readonly components: readonly Component[]
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[]
}

const source = readSbomSource(root, {})
const parse = (from: SbomSource) => JSON.parse(makeSbom(from)) as Sbom
const sbom = parse(source)

describe('the bill of materials', () => {
  it('has exactly the run-time packages of the lock, each with version, purl, licence and hash', () => {
    const wanted = lockedPackages(source.lock).filter(({ runTime }) => runTime)
    expect(new Set(sbom.components.map(({ name, version }) => `${name}@${version}`))).toEqual(
      new Set(wanted.map(({ name, version }) => `${name}@${version}`)),
    )
    for (const { name, version, purl, hashes, licenses } of sbom.components) {
      expect(purl).toBe(`pkg:npm/${name.replace('@', '%40')}@${version}`)
      expect(hashes.map(({ alg }) => alg)).toEqual(['SHA-512'])
      expect(hashes[0]?.content).toMatch(/^[0-9a-f]{128}$/)
      expect(licenses).toHaveLength(1)
    }
  })

  it('leaves out what is ours and what is for development', () => {
    const names = sbom.components.map(({ name }) => name)
    for (const name of ['vitest', 'typescript', 'node', 'esbuild', 'playwright-core', 'web', '@sekisho/e2e'])
      expect(names).not.toContain(name)
  })

  it('tells what is bundled into the pages', () => {
    const inPages = sbom.components.filter(({ properties }) =>
      properties?.some(({ name }) => name === 'sekisho:bundled-into'),
    )
    const wanted = Object.keys(source.lock['web']?.dependencies ?? {})
    expect(wanted).toContain('@serenity-kit/opaque')
    expect(inPages.map(({ name }) => name)).toEqual(expect.arrayContaining(wanted))
  })

  it('leads from us to every component', () => {
    const byRef = new Map(sbom.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]))
    const reached = new Set<string>()
    const visit = (ref: string) => {
      if (reached.has(ref)) return
      reached.add(ref)
      byRef.get(ref)?.forEach(visit)
    }
    visit(sbom.metadata.component['bom-ref'])
    expect(reached.size).toBe(sbom.components.length + 1)
  })

  it('has the same bytes for the same lock, and a time only when one is given', () => {
    expect(makeSbom(readSbomSource(root, {}))).toBe(makeSbom(source))
    expect(makeSbom(source)).not.toMatch(/timestamp|serialNumber/)
    expect(parse({ ...source, sourceDateEpoch: '1700000000' }).metadata.timestamp).toBe(
      '2023-11-14T22:13:20.000Z',
    )
  })

  it('refuses a lock without hashes', () => {
    const text = JSON.stringify({
      lockfileVersion: 3,
      packages: { '': {}, 'node_modules/lib': { version: '1.0.0', license: 'MIT' } },
    })
    const manifest = { ...source.manifest, dependencies: { lib: '1.0.0' } }
    expect(() => makeSbom({ lock: parseLock(text), manifest, sourceDateEpoch: undefined })).toThrow('SHA-512')
  })

  it('has the packages that npm counts as running', async () => {
    const tree = (await npm('ls', '--all', '--json')) as Tree
    const found = new Set<string>()
    const visit = ({ dependencies = {} }: Tree) => {
      for (const [name, one] of Object.entries(dependencies)) {
        // An optional one that isn't installed has no version.
        if (one.version !== undefined && !name.startsWith('@sekisho/')) found.add(`${name}@${one.version}`)
        visit(one)
      }
    }
    visit(tree)
    expect(new Set(sbom.components.map(({ name, version }) => `${name}@${version}`))).toEqual(found)
  })

  // npm 11 leaves packages out that are also somebody's development dependency (`yaml`, one of our own!), hence no equality.
  it('says of hashes, licences and edges what npm says of them', async () => {
    const theirs = (await npm('sbom', '--sbom-format=cyclonedx')) as Sbom
    const named = (text: string) => text.replace('pkg:npm/', '').replace('%40', '@')
    const facts = ({ components, dependencies }: Sbom) =>
      new Map(
        components.map(({ name, purl, hashes, licenses }) => {
          const edges = dependencies.find(({ ref }) => named(ref) === named(purl))?.dependsOn ?? []
          return [purl, { name, hashes, licenses, edges: edges.map(named) }]
        }),
      )
    const ours = facts(sbom)
    const compared = [...facts(theirs)].filter(([purl]) => !purl.startsWith('pkg:npm/%40sekisho/'))
    expect(compared.length).toBeGreaterThan(50)
    const omitted = new Set([...ours.keys()].filter((purl) => !facts(theirs).has(purl)).map(named))
    const listed = (name: string) => !omitted.has(name)
    for (const [purl, { edges, ...rest }] of compared) {
      const own = ours.get(purl)
      expect({ purl, ...own, edges: own?.edges.filter(listed).sort() }).toEqual({
        purl,
        ...rest,
        edges: edges.filter(listed).sort(),
      })
    }
  })
})

interface Tree {
  readonly version?: string
  readonly dependencies?: Readonly<Record<string, Tree>>
}

async function npm(command: string, ...options: readonly string[]): Promise<unknown> {
  const args = [command, '--omit=dev', '--package-lock-only', ...options]
  const { stdout, stderr } = await runCommand('npm', args, { cwd: root, env: plainEnvironment() })
  if (stdout === '') throw new TypeError(stderr)
  return JSON.parse(stdout)
}
