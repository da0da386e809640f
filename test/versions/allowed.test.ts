/** What those who may do with an app of this Gradio does behind the gate what it does without. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { runCommand } from '../../scripts/run-command.ts'
import { ask, askJson } from '../rig/ask.ts'
import { follow } from '../rig/follow.ts'
import { api } from './api-of.ts'
import { useStage } from './stage.ts'
import {
  called,
  componentOf,
  fileData,
  joined,
  newSession,
  numbersOf,
  pathIn,
  queued,
  readFileOf,
  run,
  upload,
} from './talk.ts'

const stage = useStage()
const number = async (name: string) => (await numbersOf(stage().app.url)).get(name) ?? -1

describe('whoever may', () => {
  it('signs in, and loads the page and its scripts', async () => {
    const { gate, bob } = stage()
    const stranger = await ask(gate.url, '/', { headers: { accept: 'text/html' } })
    expect(stranger.headers.location).toContain('/.sekisho/login')
    const { status, body } = await ask(gate.url, '/', { headers: bob.headers })
    expect(status).toBe(200)
    expect(body).toContain('window.gradio_config = {')
    const scripts = [...body.matchAll(/(?:src|href)="\.?(\/assets\/[^"]+)"/g)].map(([, one]) => one ?? '')
    expect(scripts.length).toBeGreaterThan(0)
    for (const script of [...scripts, '/theme.css', `${api}/info`, '/config', `${api}/app_id`])
      expect([script, (await ask(gate.url, script, { headers: bob.headers })).status]).toEqual([script, 200])
  })

  it('calls a function by the queue', async () => {
    const { bob } = stage()
    expect(await queued(bob, await number('predict'), ['abc'])).toMatch(/process_completed.*"cba"/s)
  })

  it('gets a streamed result', async () => {
    const text = await queued(stage().bob, await number('count'), [3])
    for (const one of ['counted 1', 'process_generating', 'process_completed']) expect(text).toContain(one)
  })

  it('calls by /run and /api', async () => {
    const { bob } = stage()
    const index = await number('predict')
    const data = ['abc']
    for (const way of ['run', 'api'])
      for (const [where, body] of [
        [`${way}/predict`, { data }],
        [`${way}/predict/`, { data }],
        [`${way}/predict`, { data, fn_index: index, session_hash: newSession() }],
      ] as const)
        expect(JSON.parse(await run(bob, where, body))).toMatchObject({ data: ['cba'] })
  })

  it('calls by /call and fetches the result', async () => {
    const { bob } = stage()
    expect(await called(bob, 'predict', ['abc'])).toContain('event: complete\ndata: ["cba"]')
    expect(await called(bob, 'predict', ['abc'], { session_hash: newSession() })).toContain('"cba"')
    expect(await called(bob, 'count', [2])).toContain('event: generating')
  })

  it('is remembered in a session', async () => {
    const { bob } = stage()
    const [fn_index, session_hash] = [await number('remember'), newSession()]
    await run(bob, 'run/predict', { data: ['one', null], fn_index, session_hash })
    const text = await run(bob, 'run/predict', { data: ['two', null], fn_index, session_hash })
    expect(text).toContain('"one, two"')
  })

  it('uploads a file and hands it to a function', async () => {
    const { bob } = stage()
    const file = await upload(bob, 'wage.txt', 'the wage of Bob')
    expect(await queued(bob, await number('read'), [fileData(file)])).toContain('the wage of Bob')
    expect((await readFileOf(bob, file)).body).toBe('the wage of Bob')
  })

  it('downloads what a function made', async () => {
    const { bob } = stage()
    for (const text of [
      await queued(bob, await number('save'), ['kept']),
      await called(bob, 'save', ['kept']),
      await run(bob, 'run/save', { data: ['kept'] }),
    ])
      expect(await readFileOf(bob, pathIn(text))).toMatchObject({ status: 200, body: 'kept' })
  })

  it('cancels a call', async () => {
    const { bob } = stage()
    const [index, session] = [await number('count'), newSession()]
    const event_id = await joined(bob, { index, data: [200], session })
    const stream = await follow(`${bob.url}${api}/queue/data?session_hash=${session}`, bob.headers)
    await stream.until(/counted 1/)
    const body = { session_hash: session, fn_index: index, event_id }
    const answer = await askJson(bob.url, `${api}/cancel`, body, { headers: bob.headers })
    expect(JSON.parse(answer.body)).toEqual({ success: true })
    expect(await stream.until(/process_completed/)).toContain('process_completed')
    expect(stream.text).not.toContain('counted 200')
    stream.close()
  })

  it('holds the connection that keeps a session', async () => {
    const { bob } = stage()
    const answer = await ask(bob.url, `${api}/heartbeat/${newSession()}`, {
      headers: bob.headers,
      headOnly: true,
    })
    expect([answer.status, answer.headers['content-type']]).toEqual([
      200,
      expect.stringContaining('text/event-stream') as unknown,
    ])
  })

  it('calls the server function of a component', async () => {
    const { app, admin } = stage()
    const component_id = await componentOf(app.url, 'fileexplorer')
    const body = { session_hash: newSession(), component_id, fn_name: 'ls', data: [] }
    expect(await run(admin, 'component_server', body)).toContain('versions.py')
  })

  it('is told what the author says in gr.Error', async () => {
    expect(await queued(stage().bob, await number('refuse'), [])).toContain('Not on Sundays.')
  })

  it('uses the Python client of this version', async () => {
    const { environment, gate, token } = stage()
    const folder = await mkdtemp(path.join(tmpdir(), 'sekisho-client-'))
    try {
      const script = path.join(import.meta.dirname, 'client.py')
      const { code, stdout, stderr } = await runCommand(
        environment.python,
        [script, gate.url, token, folder],
        {
          env: { ...process.env, ...environment.env, NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' },
          limit: 50_000,
        },
      )
      expect([code, code === 0 ? '' : stderr]).toEqual([0, ''])
      expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toEqual([
        'cba',
        ['counted 1', 'counted 2', 'counted 3'],
        'the wage of Alice',
        'kept',
        ['one', 'one, two'],
        expect.stringContaining('refused: ') as unknown,
      ])
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

  it('as an administrator calls what others may not', async () => {
    const { admin } = stage()
    const proof = 'ADMIN-REPORT May'
    expect(await queued(admin, await number('admin_report'), ['May', 'x'])).toContain(proof)
    expect(await called(admin, 'admin_report', ['May', 'x'])).toContain(proof)
    expect(await queued(admin, await number('private_fn'), ['x'])).toContain('PRIVATE x')
  })
})
