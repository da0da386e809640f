/** Signals, sent to a process of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'

const module = JSON.stringify(new URL('./until-stopped.ts', import.meta.url).href)

/** Says `ready`, then `stopping` at the first signal, then ends by itself if `ends`. */
function start(ends: boolean) {
  const script = `
    import { untilStopped } from ${module}
    const alive = setInterval(() => {}, 1000)
    const stopped = untilStopped(process)
    process.stdout.write('ready')
    await stopped
    process.stdout.write('stopping')
    if (${ends}) clearInterval(alive)
  `
  return spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s lets work end in order', async (signal) => {
  const child = start(true)
  const closed = once(child, 'close')
  await once(child.stdout, 'data')
  child.kill(signal)
  expect(String(await once(child.stdout, 'data'))).toBe('stopping')
  expect(await closed).toEqual([0, null])
})

test('the second signal ends at once, with the code that shells give it', async () => {
  const child = start(false)
  const closed = once(child, 'close')
  await once(child.stdout, 'data')
  child.kill('SIGTERM')
  await once(child.stdout, 'data')
  child.kill('SIGTERM')
  expect(await closed).toEqual([143, null])
})
