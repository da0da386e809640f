/** `sekisho audit tail`: the newest records, as they stand in the log. */
import { GateFault } from '../../kit/fault.ts'
import { flag, textOption } from '../command.ts'
import type { CliCommand } from '../command.ts'
import { operatorConfigOf, declareWhichGate } from '../config-options.ts'
import { exitCodes } from '../exit-codes.ts'
import { printableJson } from '../printable.ts'

export const tailAudit: CliCommand = {
  words: ['audit', 'tail'],
  summary: 'print the newest audit records, one JSON object a line',
  examples: [
    ['sekisho audit tail', 'the last 10'],
    ['sekisho audit tail -n 100 -f', 'the last 100 and everything that comes'],
  ],
  declare: (command) =>
    declareWhichGate(command)
      .option('-f, --follow', 'go on with what comes; Ctrl-C ends it')
      .option('-n, --lines <count>', 'how many to begin with', '10'),
  async run(given, context) {
    const text = textOption(given, 'lines') ?? '10'
    if (!/^\d{1,6}$/.test(text)) {
      throw new GateFault(
        'usage',
        `--lines: found ${JSON.stringify(text)}; allowed is a whole number from 0 to 999999.`,
      )
    }
    const config = await operatorConfigOf(given, context)
    const stopped = new AbortController()
    void context.stopped().then(() => stopped.abort())
    const records = context.parts.tailAudit(config, {
      last: Number(text),
      follow: flag(given, 'follow'),
      stopped: stopped.signal,
    })
    for await (const record of records) context.terminal.print(printableJson(record))
    return exitCodes.ok
  },
}
