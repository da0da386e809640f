/**
 * The story: what a person may upload is counted, so they send uploads that never come to an end. Gradio writes each to its
 * disk while it comes, and leaves it there when it breaks off (gradio/route_utils.py 6.31, GradioMultiPartParser).
 */
import { readdir, stat } from 'node:fs/promises'
import { request } from 'node:http'
import path from 'node:path'
import { expect, it } from 'vitest'
import { signedFields } from '../rig/ask.ts'
import { uploadStart, uploadType } from '../rig/upload-form.ts'
import { useApp, useGate, useSession } from './targets.ts'

const perDayBytes = 3_000_000
const sentBytes = 5_000_000
const bare = useApp('careless')
const guarded = useApp('careless')
const gate = useGate(guarded, { config: { uploads: { maxFiles: 2, perDayBytes } } })
const cookie = useSession(gate)

/** Sends all but the end, and hangs up when `isOver` says so or an answer came; answers its status, if it has one. */
async function breakOff(
  url: string,
  headers: Readonly<Record<string, string>>,
  isOver: () => Promise<boolean>,
): Promise<number | undefined> {
  const route = '/gradio_api/upload'
  const asked = { method: 'POST', headers: { 'content-type': uploadType, ...headers }, body: '' }
  const sent = request(url + route, { method: 'POST', headers: await signedFields(url, route, asked) })
  let status: number | undefined
  sent.on('response', (answer) => {
    status = answer.statusCode
    answer.resume()
  })
  sent.on('error', () => undefined)
  sent.write(uploadStart)
  sent.write(Buffer.alloc(sentBytes, 'a'))
  await expect.poll(async () => status !== undefined || (await isOver())).toBe(true)
  sent.destroy()
  return status
}

async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const sizes = await Promise.all(
    files.map(async (file) => (await stat(path.join(file.parentPath, file.name))).size),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

it('succeeds on the bare app: what never came to an end stays on its disk', { timeout: 60_000 }, async () => {
  for (let round = 1; round <= 2; round++)
    await breakOff(bare().url, {}, async () => (await bytesIn(bare().temporary)) >= round * sentBytes)
  expect(await bytesIn(bare().temporary)).toBeGreaterThanOrEqual(2 * sentBytes)
})

it('is blocked by the gate: nothing reaches the app that isn’t counted', { timeout: 60_000 }, async () => {
  const never = () => Promise.resolve(false)
  for (let round = 0; round < 3; round++)
    expect(await breakOff(gate().url, { cookie: cookie() }, never)).toBe(429)
  expect(await bytesIn(guarded().temporary)).toBeLessThanOrEqual(perDayBytes)
})
