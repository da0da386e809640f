/** Programs that a system has, or that Debian's packages bring where we may install them. */
import { canInstallPackages, installPackages } from './apt-get.ts'
import { findProgram } from './find-program.ts'
import type { Say } from './progress.ts'
import { SetupProblem } from './setup-problem.ts'

export interface DebianProgram {
  /** Of the environment: names the program, wherever it is. */
  readonly variable: string
  /** What it is called, the first choice first, and where it stands besides PATH. */
  readonly names: readonly string[]
  readonly places: readonly string[]
  /** None: only a person may install it. */
  readonly packages: readonly string[]
  /** What is said when it isn't to be had, and what somebody can do then. */
  readonly missing: string
  readonly remedy: string
}

/** Answers the program's path; throws SetupProblem with the remedy. */
export async function setUpFromDebian(wanted: DebianProgram, say: Say): Promise<string> {
  const found = await findOrInstall(wanted, say)
  if (found !== undefined) return found
  throw new SetupProblem(wanted.missing, wanted.remedy)
}

/** Undefined where it isn't and can't be installed. */
export async function findOrInstall(
  { variable, names, places, packages }: Omit<DebianProgram, 'missing' | 'remedy'>,
  say: Say,
): Promise<string | undefined> {
  const own = process.env[variable]
  if (own !== undefined && own !== '') return own
  const found = await findProgram(names, places)
  if (found !== undefined || packages.length === 0 || !(await canInstallPackages())) return found
  await installPackages(packages, say)
  return findProgram(names, places)
}
