/** Every rule of `npm run check:supply`, each with a lock that breaks it. */
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkSupply, parseManifest, readSupply, type Supply } from '../../scripts/check-supply.ts'
import { lockedPackages, parseLock, reachableFrom, type LockEntry } from '../../scripts/lockfile.ts'
import { compareVersions, parseVersion } from '../../scripts/semver.ts'
import { isAllowedLicence } from '../../scripts/spdx.ts'

const integrity = `sha512-${'a'.repeat(86)}==`
const plain: LockEntry = { version: '1.2.3', integrity, license: 'MIT' }

interface Small {
  readonly wanted?: Readonly<Record<string, string>>
  readonly entries?: Readonly<Record<string, LockEntry>>
  readonly allowScripts?: Readonly<Record<string, boolean>>
  readonly reasons?: string
  readonly duplicates?: Readonly<Record<string, string>>
}

/** A root that wants one library; what is given here replaces a part of it. */
function supply(given: Small = {}): Supply {
  const wanted = given.wanted ?? { lib: '1.2.3' }
  const manifest = { dependencies: wanted, allowScripts: given.allowScripts ?? {} }
  const packages = { '': { dependencies: wanted }, 'node_modules/lib': plain, ...given.entries }
  return {
    lock: parseLock(JSON.stringify({ lockfileVersion: 3, packages })),
    manifests: { '': parseManifest(JSON.stringify(manifest)) },
    reasons: given.reasons ?? '| library | why |\n|---|---|\n| `lib` | because |\n',
    licences: ['MIT'],
    duplicates: given.duplicates ?? {},
  }
}

describe('what is locked here', () => {
  it('follows every rule', () => {
    expect(checkSupply(readSupply(join(import.meta.dirname, '../..')))).toEqual([])
  })

  it('has packages for both run time and development, or the rules would look at nothing', () => {
    const packages = lockedPackages(readSupply(join(import.meta.dirname, '../..')).lock)
    expect(packages.filter(({ runTime }) => runTime).length).toBeGreaterThan(10)
    expect(packages.filter(({ runTime }) => !runTime).length).toBeGreaterThan(10)
  })
})

describe('a lock', () => {
  it('that is in order has no finding', () => {
    expect(checkSupply(supply())).toEqual([])
  })

  const broken: readonly (readonly [string, Small, RegExp])[] = [
    ['a range in the manifest', { wanted: { lib: '^1.2.3' } }, /package\.json: dependencies wants lib/],
    ['a git address in the manifest', { wanted: { lib: 'github:a/lib' } }, /wants lib "github:a\/lib"/],
    [
      'a version that the manifest no longer wants',
      { entries: { '': { dependencies: {} } } },
      /out of date at lib/,
    ],
    [
      'an entry without a hash',
      { entries: { 'node_modules/lib': { version: '1.2.3', license: 'MIT' } } },
      /no SHA-512/,
    ],
    ['a weak hash', { entries: { 'node_modules/lib': { ...plain, integrity: 'sha1-AAAA' } } }, /no SHA-512/],
    [
      'no exact version',
      { entries: { 'node_modules/lib': { ...plain, version: '1.x' } } },
      /not one exact version/,
    ],
    ...[
      'git+ssh://git@example.org/lib.git#0123',
      'http://registry.example.org/lib/-/lib-1.2.3.tgz',
      'https://user@registry.example.org/lib/-/lib-1.2.3.tgz',
      'https://example.org/lib.tgz',
      'file:../lib',
    ].map(
      (resolved) =>
        [
          `a package from ${resolved}`,
          { entries: { 'node_modules/lib': { ...plain, resolved } } },
          /not a registry's tarball/,
        ] as const,
    ),
    [
      'two registries',
      {
        entries: {
          'node_modules/lib': { ...plain, resolved: 'https://one.example.org/lib/-/lib-1.2.3.tgz' },
          'node_modules/dev': {
            ...plain,
            dev: true,
            resolved: 'https://two.example.org/dev/-/dev-1.2.3.tgz',
          },
        },
      },
      /one registry is enough/,
    ],
    [
      'an install script at run time, even a named one',
      { entries: { 'node_modules/lib': { ...plain, hasInstallScript: true } }, allowScripts: { lib: true } },
      /nothing that users install may/,
    ],
    [
      'an install script for development that nobody named',
      { entries: { 'node_modules/dev': { ...plain, dev: true, hasInstallScript: true } } },
      /name dev in allowScripts/,
    ],
    ['a permission that nothing needs', { allowScripts: { gone: true } }, /allowScripts names gone/],
    [
      'a licence that is not on the list',
      { entries: { 'node_modules/lib': { ...plain, license: 'GPL-3.0-only' } } },
      /licence GPL/,
    ],
    ['no licence', { entries: { 'node_modules/lib': { version: '1.2.3', integrity } } }, /licence unknown/],
    ['a dependency without a reason', { reasons: '' }, /no row says why lib/],
    [
      'a reason without a dependency',
      { reasons: '| `lib` | because |\n| `gone` | because |' },
      /gone has a row and is no dependency/,
    ],
    [
      'two majors at run time',
      { entries: { 'node_modules/a/node_modules/lib': { ...plain, version: '2.0.0' } } },
      /lib: majors 1 and 2/,
    ],
    ['an exception that is not needed', { duplicates: { lib: 'why' } }, /lib is listed as doubled and isn't/],
  ]

  it.each(broken)('with %s has that one finding', (_what, given, words) => {
    const findings = checkSupply(supply(given))
    expect(findings).toHaveLength(1)
    expect(findings[0]).toMatch(words)
  })

  it('may hold for development what it may not at run time: another licence, two majors', () => {
    const dev = { ...plain, dev: true, license: 'MPL-2.0' }
    const entries = {
      'node_modules/dev': dev,
      'node_modules/x/node_modules/dev': { ...dev, version: '2.0.0' },
    }
    expect(checkSupply(supply({ entries }))).toEqual([])
  })

  it('has its reasons also where several names of one scope share a row', () => {
    const wanted = { '@a/one': '1.2.3', '@a/two': '1.2.3' }
    const entries = { 'node_modules/@a/one': plain, 'node_modules/@a/two': plain }
    expect(checkSupply(supply({ wanted, entries, reasons: '| `@a/one`, `two` | because |' }))).toEqual([])
    const other = checkSupply(supply({ wanted, entries, reasons: '| `@b/one`, `two` | because |' }))
    expect(other).toHaveLength(4)
  })

  it('of another format is refused', () => {
    expect(() => parseLock('{"lockfileVersion":2,"packages":{}}')).toThrow()
  })
})

describe('the way from a package to what it requires', () => {
  it('prefers the nearest node_modules, as Node does', () => {
    const { lock } = supply({
      entries: {
        'node_modules/lib': { ...plain, dependencies: { deep: '1', shared: '1' } },
        'node_modules/lib/node_modules/deep': { ...plain, dependencies: { shared: '2', lib: '1' } },
        'node_modules/deep': plain,
        'node_modules/shared': plain,
        'node_modules/lib/node_modules/shared': plain,
        'node_modules/other': plain,
      },
    })
    expect([...reachableFrom(lock, '', ['lib', 'not-installed'])].sort()).toEqual([
      'node_modules/lib',
      'node_modules/lib/node_modules/deep',
      'node_modules/lib/node_modules/shared',
    ])
  })
})

describe('versions', () => {
  it('stand in the order that Semantic Versioning gives as its example', () => {
    const ordered = ['1.0.0-alpha', '1.0.0-alpha.1', '1.0.0-alpha.beta', '1.0.0-beta', '1.0.0-beta.2'].concat(
      ['1.0.0-beta.11', '1.0.0-rc.1', '1.0.0', '1.0.1', '1.2.0', '1.10.0', '2.0.0'],
    )
    for (const [at, version] of ordered.entries()) {
      for (const [other, against] of ordered.entries())
        expect(Math.sign(compareVersions(version, against)), `${version} ${against}`).toBe(
          Math.sign(at - other),
        )
    }
    expect(compareVersions('1.0.0+one', '1.0.0+two')).toBe(0)
  })

  it('have one order for any three', () => {
    const part = fc.nat(12)
    const tail = fc.constantFrom('', '-0', '-1', '-a', '-a.1', '-a.b', '-10')
    const version = fc.tuple(part, part, part, tail).map(([a, b, c, d]) => `${a}.${b}.${c}${d}`)
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(Math.sign(compareVersions(a, b))).toBe(-Math.sign(compareVersions(b, a)) + 0)
        if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0)
          expect(compareVersions(a, c)).toBeLessThanOrEqual(0)
      }),
    )
  })

  it.each(['^1.0.0', '1', '1.0', '*', 'latest', 'v1.0.0', '1.0.0 ', 'npm:lib@1.0.0', ''])(
    'are exact: %j is none',
    (text) => {
      expect(parseVersion(text)).toBeUndefined()
    },
  )
})

describe('a licence expression', () => {
  it.each([
    ['MIT', true],
    ['ISC', true],
    ['(MIT OR GPL-2.0)', true],
    ['GPL-2.0 OR (Apache-2.0 AND MIT) OR ISC', true],
    ['MIT AND ISC', true],
    ['MIT AND GPL-2.0', false],
    ['GPL-2.0 OR MIT AND GPL-3.0', false],
    ['GPL-2.0 WITH Classpath-exception-2.0', false],
    ['MIT WITH something', false],
    ['SEE LICENSE IN file', false],
    ['UNLICENSED', false],
    ['(MIT', false],
    ['MIT)', false],
    ['MIT OR', false],
    ['', false],
  ])('%j: %s', (expression, allowed) => {
    expect(isAllowedLicence(expression, ['MIT', 'ISC'])).toBe(allowed)
  })
})
