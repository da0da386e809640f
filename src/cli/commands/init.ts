/** `sekisho init`: a few questions, then a commented sekisho.yaml. Never overwrites. */
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseCertificateName, parseHostName, parseNetwork, parseUpstream } from '../../config/addresses.ts'
import { checkListen } from '../../config/check-listen.ts'
import { usualFile } from '../../config/load.ts'
import { makeConfig } from '../../config/make-config.ts'
import { parsePath } from '../../config/scalars.ts'
import { errorCode } from '../../kit/error-code.ts'
import { GateFault } from '../../kit/fault.ts'
import { flag, positional, textOption } from '../command.ts'
import type { CliCommand } from '../command.ts'
import { configTemplate } from '../config-template.ts'
import type { Choices } from '../config-template.ts'
import type { CommandContext, Prompts } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { printableJson } from '../printable.ts'

const usualApp = 'http://127.0.0.1:7860'

export const init: CliCommand = {
  words: ['init'],
  summary: 'write a commented sekisho.yaml; asks a few questions',
  examples: [
    ['sekisho init', 'asks, then writes ./sekisho.yaml'],
    ['sekisho init --yes http://127.0.0.1:7861', 'asks nothing: this app, this machine only'],
  ],
  declare: (command) =>
    command
      .argument('[url]', `address of the app (default: ${usualApp})`)
      .option('-y, --yes', 'ask nothing, take the defaults')
      .option('--config <file>', `where to write it (default: ${usualFile})`)
      .option('--json', 'answer as JSON'),
  async run(given, context) {
    const { terminal, surroundings } = context
    const file = resolve(surroundings.cwd, textOption(given, 'config') ?? usualFile)
    const choices = await choose(positional(given, 0), flag(given, 'yes'), context)
    const text = configTemplate(choices)
    // What we write has to be what we read.
    checkListen(makeConfig({ text, file }, {}, surroundings))
    await writeNew(file, text)
    if (flag(given, 'json')) terminal.print(printableJson({ written: file }))
    else
      terminal.say(
        `Written: ${file}\nNext: sekisho gate${file === resolve(surroundings.cwd, usualFile) ? '' : ` --config ${file}`}`,
      )
    return exitCodes.ok
  },
}

async function writeNew(file: string, text: string): Promise<void> {
  try {
    // `wx` is O_CREAT | O_EXCL: never over a file, never through somebody's link.
    await writeFile(file, text, { flag: 'wx', mode: 0o644 })
  } catch (cause) {
    const code = errorCode(cause) ?? ''
    const why =
      code === 'EEXIST'
        ? 'the file exists, and init never overwrites. Edit it, or name another with --config'
        : code === 'ENOENT'
          ? 'its folder does not exist'
          : `the system says ${code}`
    throw new GateFault('usage', `${file} can't be written: ${why}.`, { cause })
  }
}

async function choose(url: string | undefined, yes: boolean, context: CommandContext): Promise<Choices> {
  if (url !== undefined && parseUpstream(url) === undefined) {
    throw new GateFault('usage', `The address of the app is not one: allowed is a URL such as ${usualApp}.`)
  }
  if (yes) return { upstream: url ?? usualApp }
  if (!context.terminal.interactive) {
    throw new GateFault(
      'usage',
      'There is no terminal to ask at. Take the defaults with --yes, and edit the file.',
    )
  }
  const { prompts } = context
  const upstream =
    url ??
    (await prompts.text({
      message: 'Where does the app listen?',
      initial: usualApp,
      check: orElse(
        parseUpstream,
        `A URL such as ${usualApp}, without user name, password, query or fragment.`,
      ),
    }))
  return { upstream, ...(await chooseReach(prompts)) }
}

async function chooseReach(prompts: Prompts): Promise<Omit<Choices, 'upstream'>> {
  const reach = await prompts.choose({
    message: 'Who reaches the gate?',
    choices: [
      { value: 'local', label: 'this machine only (a tunnel or a proxy on this machine included)' },
      {
        value: 'https',
        label: 'the network, by HTTPS; the gate obtains a certificate (public name or address)',
      },
      { value: 'self-signed', label: 'the network, by HTTPS; the gate makes a certificate itself' },
      { value: 'tls', label: 'the network, by HTTPS with a certificate that you have' },
      { value: 'proxy', label: 'the network, through a proxy on another machine that does HTTPS' },
    ],
  })
  switch (reach) {
    case 'local':
      return {}
    case 'https':
    case 'self-signed': {
      const name = await prompts.text({
        message: 'Host name or IP address that browsers use',
        check: orElse(
          parseCertificateName,
          'A name or an address such as demo.example.org or 203.0.113.7, without https:// and port.',
        ),
      })
      return { https: { name, selfSigned: reach === 'self-signed' } }
    }
    case 'tls': {
      const host = await askHost(prompts)
      const cert = await askFile(prompts, 'File of the certificate with its chain (PEM)', 'cert.pem')
      const key = await askFile(prompts, 'File of its key (PEM)', 'key.pem')
      return { listen: '0.0.0.0:443', host, tls: { cert, key } }
    }
    case 'proxy': {
      const host = await askHost(prompts)
      const trustedProxy = await prompts.text({
        message: 'Address or network of that proxy',
        check: orElse(parseNetwork, 'An address or a network such as 10.1.2.3 or 10.1.0.0/16.'),
      })
      return { listen: '0.0.0.0:8484', host, trustedProxy }
    }
  }
}

function askHost(prompts: Prompts): Promise<string> {
  return prompts.text({
    message: 'Host name that browsers use',
    check: orElse(parseHostName, 'A name such as demo.example.org, without https:// and port.'),
  })
}

function askFile(prompts: Prompts, message: string, initial: string): Promise<string> {
  return prompts.text({ message, initial, check: orElse(parsePath, 'A path.') })
}

function orElse(parse: (typed: string) => unknown, words: string): (typed: string) => string | undefined {
  return (typed) => (parse(typed) === undefined ? words : undefined)
}
