/** Three people for the example with three roles, each with a pass-phrase for as long as the demo runs. */
import path from 'node:path'
import { cliEntry, stateArguments } from './gate-process.ts'
import { lastLines, runCommand } from './run-command.ts'
import { SetupProblem } from './setup-problem.ts'

export interface DemoPerson {
  readonly name: string
  readonly role: string
  readonly password: string
}

const example = path.join(import.meta.dirname, '..', 'examples', 'three-roles')
export const rolesApp = path.join(example, 'app.py')
export const rolesConfig = path.join(example, 'sekisho.yaml')

/** The viewer's role is given to all users. */
const people = [
  { name: 'vera', role: 'viewer', options: [] },
  { name: 'anton', role: 'analyst', options: ['--role', 'analyst'] },
  { name: 'ada', role: 'admin', options: ['--role', 'admin'] },
] as const

/** As an operator adds them; the gate doesn't have to run. */
export async function addPeople(home: string, upstream: string): Promise<readonly DemoPerson[]> {
  const added: DemoPerson[] = []
  for (const { name, role, options } of people) {
    const args = ['user', 'add', name, ...options, '--generate', '--json']
    const where = ['--config', rolesConfig, '--upstream', upstream, ...stateArguments(home)]
    const result = await runCommand(process.execPath, [...cliEntry(), ...args, ...where], { cwd: home })
    if (result.code !== 0) throw failed(name, result.stderr)
    added.push({ name, role, password: passwordIn(result.stdout) })
  }
  return added
}

function failed(name: string, output: string): SetupProblem {
  return new SetupProblem(
    `${name} could not be added:\n${lastLines(output)}`,
    'This is a fault of the demo itself.',
  )
}

function passwordIn(answer: string): string {
  const { password } = JSON.parse(answer) as { readonly password: string }
  return password
}
