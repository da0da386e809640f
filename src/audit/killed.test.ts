/** A process that is killed while it writes: what was acknowledged is there, and the log verifies. */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { openSqliteStore } from '../store/engines/sqlite/open.ts'
import { verifyAudit } from './verify.ts'

const key = randomBytes(32)

/** Writes and says which records were acknowledged, until it is killed. */
function writer(dir: string): string {
  const url = (path: string) => JSON.stringify(new URL(path, import.meta.url).href)
  return `
    import { openAudit } from ${url('./open-audit.ts')}
    import { openSqliteStore } from ${url('../store/engines/sqlite/open.ts')}
    const store = await openSqliteStore({ file: ${JSON.stringify(join(dir, 'store.db'))} })
    const audit = await openAudit({
      dir: ${JSON.stringify(join(dir, 'audit'))},
      key: Buffer.from(${JSON.stringify(key.toString('hex'))}, 'hex'),
      segments: store.segments,
      clock: { now: () => Date.now() },
      limits: { maxBytes: 8e6, retentionMs: 1e10, strangerRecordsPerHour: 600 },
      onFault: (fault) => { throw fault },
    })
    const asker = { principal: 'guest', session: 's', address: '192.0.2.1', userAgent: 'a'.repeat(200) }
    const facts = { asker, method: 'POST', entry: 'calls.join', action: 'callFunction', status: 200, ms: 1 }
    const chain = async (name) => {
      for (let at = 0; ; at += 1) {
        const request = process.pid + '-' + name + '-' + at
        audit.note({ kind: 'request.granted', request: 'noted', ...facts })
        await audit.write({ kind: 'request.granted', request, ...facts })
        process.stdout.write(request + '\\n')
      }
    }
    await Promise.all(['a', 'b', 'c', 'd'].map(chain))
  `
}

async function writeUntil(dir: string, enough: number): Promise<readonly string[]> {
  const child = spawn(
    process.execPath,
    ['--conditions=sekisho-source', '--input-type=module-typescript', '--eval', writer(dir)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const acknowledged: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(line)
    if (acknowledged.length === enough) child.kill('SIGKILL')
  }
  return acknowledged
}

test('kill -9 loses nothing acknowledged, and every segment verifies', { timeout: 60_000 }, async () => {
  const dir = await mkdtemp(join(tmpdir(), 'sekisho-killed-'))
  try {
    const acknowledged: string[] = []
    for (const enough of [1, 40, 300, 900]) acknowledged.push(...(await writeUntil(dir, enough)))
    expect(acknowledged.length).toBeGreaterThanOrEqual(1241)

    const audit = join(dir, 'audit')
    const files = (await readdir(audit)).filter((name) => name.endsWith('.jsonl'))
    const texts = await Promise.all(files.map((file) => readFile(join(audit, file), 'utf8')))
    const written = new Set(
      texts.flatMap((text) => Array.from(text.matchAll(/"request":"([^"]+)"/g), (match) => match[1])),
    )
    expect(acknowledged.filter((request) => !written.has(request))).toEqual([])

    const store = await openSqliteStore({ file: join(dir, 'store.db') })
    const { findings, segments } = await verifyAudit({ dir: audit, key, segments: store.segments })
    await store.close()
    expect(findings).toEqual([])
    expect(segments).toBeGreaterThanOrEqual(4)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
})
