/**
 * Preloaded into a process (`node --import …`) that is to die by SIGKILL just before the n-th time that it changes
 * something on the disk, with n from SEKISHO_TEST_DIE_AT: so a test meets every moment there is, and no luck is needed.
 */
import fs from 'node:fs'
import promises from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { Encrypter } from 'age-encryption'

const dieAt = Number(process.env['SEKISHO_TEST_DIE_AT'])
let changes = 0

function change(): void {
  changes += 1
  if (changes === dieAt) process.kill(process.pid, 'SIGKILL')
}

function watch(
  holder: object,
  names: readonly string[],
  matters: (args: unknown[]) => boolean = () => true,
): void {
  for (const name of names) {
    const original = Reflect.get(holder, name) as (...args: unknown[]) => unknown
    Reflect.set(holder, name, (...args: unknown[]) => {
      if (matters(args)) change()
      return original(...args)
    })
  }
}

const writes = ([, flags]: unknown[]) => typeof flags === 'string' && flags !== 'r'
watch(promises, ['mkdir', 'rename', 'rm', 'rmdir', 'unlink', 'link', 'writeFile'])
watch(promises, ['open'], writes)
watch(fs, ['renameSync', 'rmSync'])
watch(fs, ['openSync'], writes)
syncBuiltinESMExports()

// The second of key derivation changes nothing on the disk; at its least, some twenty processes are spared it.
const original: unknown = Reflect.get(Encrypter.prototype, 'setPassphrase')
Encrypter.prototype.setPassphrase = function (this: Encrypter, text: string) {
  this.setScryptWorkFactor(1)
  if (typeof original === 'function') original.call(this, text)
}
