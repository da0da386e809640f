#!/usr/bin/env node
// Starts the command, or says in one line which Node it takes. Plain enough for old Nodes to read.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    `sekisho needs Node.js 22.19 or newer; this is ${process.versions.node}. Newer ones are at https://nodejs.org/\n`,
  )
  process.exitCode = 1
} else {
  // Node 22 still calls its SQLite experimental; which Node takes it is our business, not the operator's.
  const emit = process.emitWarning
  process.emitWarning = (warning, ...rest) => {
    if (!String(warning).startsWith('SQLite is an experimental feature')) emit.call(process, warning, ...rest)
  }
  await import('../dist/cli/cli.js')
}
