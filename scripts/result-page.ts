/** A page of docs/ on which a long run writes its last result, between two marks. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SetupProblem } from './setup-problem.ts'

const root = join(import.meta.dirname, '..')
const ends = '<!-- end of result -->'

/** `page`: from the root. `command`: the one that writes, as the first mark names it. */
export async function writeResult(page: string, command: string, result: string): Promise<void> {
  const file = join(root, page)
  const begins = `<!-- result: written by ${command} -->`
  const text = await readFile(file, 'utf8')
  const [from, to] = [text.indexOf(begins), text.indexOf(ends)]
  if (from === -1 || to < from)
    throw new SetupProblem(
      `${file} has no place for the result.`,
      `It stands between "${begins}" and "${ends}".`,
    )
  await writeFile(file, `${text.slice(0, from)}${begins}\n${result.trimEnd()}\n\n${text.slice(to)}`)
}
