/** `npm run demo` and `npm run demo:roles`: a real Gradio app with the gate in front, on this machine only, until Ctrl-C. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { defaults } from '../src/config/defaults.ts'
import { generatePassphrase } from '../src/login/passphrase.ts'
import { buildWeb } from './build-web.ts'
import { addPeople, rolesApp, rolesConfig } from './demo-roles.ts'
import { startGate, type GateOptions, type GateProcess } from './gate-process.ts'
import { startGradioApp, type GradioApp } from './gradio-app.ts'
import { freePort } from './loopback.ts'
import { sayOnStderr as say } from './progress.ts'
import { setUpGradio, type GradioEnvironment } from './setup-gradio.ts'
import { SetupProblem } from './setup-problem.ts'

const file = path.join(import.meta.dirname, '..', 'demo', 'app.py')
const withRoles = process.argv[2] === 'three-roles'

/** What has been started so far, for whoever has to end it. */
interface Running {
  stopping?: true
  app?: GradioApp
  gate?: GateProcess
}

async function main(): Promise<number> {
  const home = await mkdtemp(path.join(tmpdir(), 'sekisho-demo-'))
  const running: Running = {}
  try {
    return await Promise.race([untilSignal(), runDemo(home, running)])
  } catch (thrown) {
    if (!(thrown instanceof SetupProblem)) throw thrown
    say(thrown.message)
    return 1
  } finally {
    running.stopping = true
    await running.gate?.stop()
    await running.app?.stop()
    await rm(home, { recursive: true, force: true })
  }
}

/** Answers the exit code when the app or the gate ended by itself. */
async function runDemo(home: string, running: Running): Promise<number> {
  const environment = await environmentOrWords()
  if (environment === undefined) return 1
  say('Building the login page …')
  await buildWeb()
  say('Starting the Gradio app …')
  const app = (running.app = await startApp(environment, home))
  say('Starting the gate in front of it …')
  const { options, credentials } = await (withRoles ? letPeopleIn(home, app) : letGuestsIn())
  const port = await freePort(defaults.listen.port)
  const gate = (running.gate = await startGate({ upstream: app.url, home, port, ...options }))
  process.stdout.write(
    `\n  Open         ${gate.url}/\n${credentials}\n` +
      '  Both listen on this machine only; what is shown here is not shown again and ends with the demo.\n' +
      '  Ctrl-C ends it.\n\n',
  )
  const told = await Promise.race([
    app.process.exited.then(() => `The app ended by itself:\n${app.process.output().trimEnd()}`),
    gate.process.exited.then(() => `The gate ended by itself:\n${gate.process.output().trimEnd()}`),
  ])
  if (running.stopping !== true) say(`\n${told}\nEnding the demo.`)
  return 1
}

async function startApp(environment: GradioEnvironment, home: string): Promise<GradioApp> {
  if (!withRoles) return startGradioApp({ environment, file })
  const folder = path.join(home, 'instruments')
  await mkdir(folder)
  return startGradioApp({ environment, file: rolesApp, env: { INSTRUMENTS_FOLDER: folder } })
}

interface Entrance {
  readonly options: Partial<GateOptions>
  /** Lines to print. */
  readonly credentials: string
}

function letGuestsIn(): Entrance {
  const password = generatePassphrase()
  return { options: { password }, credentials: `  Pass-phrase  ${password}\n` }
}

async function letPeopleIn(home: string, app: GradioApp): Promise<Entrance> {
  const people = await addPeople(home, app.url)
  const lines = people.map(
    ({ name, role, password }) => `  ${name.padEnd(7)} ${role.padEnd(9)} ${password}\n`,
  )
  const words = `\n  The rules are in ${path.relative(process.cwd(), rolesConfig)}; a change to its roles holds at once.\n`
  return { options: { args: ['--config', rolesConfig] }, credentials: `\n${lines.join('')}${words}` }
}

async function environmentOrWords(): Promise<GradioEnvironment | undefined> {
  try {
    return await setUpGradio('demo', say)
  } catch (thrown) {
    if (!(thrown instanceof SetupProblem)) throw thrown
    say(`The demo app could not be set up: ${thrown.message}`)
    say('The gate itself needs no Python. To put it in front of an app of your own at port 7860:')
    say('  npx node scripts/build-web.ts && npx node src/cli/cli.ts gate http://127.0.0.1:7860')
    return undefined
  }
}

/** Resolves at the first Ctrl-C; a second one leaves at once (process-group.ts then kills what is left). */
function untilSignal(): Promise<number> {
  return new Promise((resolve) => {
    let count = 0
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(name, () => {
        count += 1
        if (count > 1) process.exit(130)
        resolve(0)
      })
    }
  })
}

process.exit(await main())
