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
  try {
    await import('../dist/cli/cli.js')
  } catch (thrown) {
    // A clone in which nothing was built yet; packages come with it.
    if (thrown.code !== 'ERR_MODULE_NOT_FOUND' || !String(thrown.url).endsWith('/dist/cli/cli.js'))
      throw thrown
    process.stderr.write(
      'This clone of sekisho is not built yet. In its folder: npm install && npm run build\n',
    )
    process.exitCode = 1
  }
}
