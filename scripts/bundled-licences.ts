/** The licences of what esbuild put into a bundle: they travel with it, as each of them asks. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Metafile } from 'esbuild'

const texts = /^(?:licen[cs]e|notice|third_party_licen[cs]es)(?:\.(?:md|txt))?$/i

/** `folder/node_modules/@scope/name`, of each package that the bundle has something of. */
function packagesIn(metafile: Metafile): readonly string[] {
  const found = Object.values(metafile.outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .flatMap(([input, { bytesInOutput }]) =>
      bytesInOutput > 0 ? (/^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input) ?? []) : [],
    )
  return [...new Set(found)].sort()
}

/** A comment to stand before the bundle. `folder` is where esbuild's paths begin. Throws where a package brings no licence. */
export async function readBundledLicences(metafile: Metafile, folder: string): Promise<string> {
  const parts = packagesIn(metafile).map(async (place) => {
    const dir = join(folder, place)
    const files = (await readdir(dir)).filter((file) => texts.test(file)).sort()
    const name = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length)
    if (files.length === 0) throw new TypeError(`${name} brings no licence.`)
    const all = await Promise.all(files.map((file) => readFile(join(dir, file), 'utf8')))
    return `/*! ${name}\n${all.join('\n').replaceAll('*/', '* /').trim()}\n*/\n`
  })
  return (await Promise.all(parts)).join('')
}
