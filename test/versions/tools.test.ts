/** Functions as tools of MCP, where this Gradio has it. */
import { describe, expect, it } from 'vitest'
import { versionUnderTest } from '../../scripts/gradio-versions.ts'
import { ask } from '../rig/ask.ts'
import { api } from './api-of.ts'
import { useStage, type Person } from './stage.ts'

const stage = useStage()

async function rpc({ url, headers }: Person, method: string, params: object): Promise<string> {
  const { body } = await ask(url, `${api}/mcp/`, {
    method: 'POST',
    headers: {
      ...headers,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  return body
}

/** Tools are called by names of the app's own making. */
async function toolOf(name: string): Promise<string> {
  const listed = await rpc({ url: stage().app.url, headers: {} }, 'tools/list', {})
  const found = new RegExp(`"name":\\s*"([^"]*${name})"`).exec(listed)?.[1]
  if (found === undefined) throw new TypeError(`no tool ${name} in ${listed.slice(0, 400)}`)
  return found
}

if (versionUnderTest().startsWith('6.') || versionUnderTest() === '5.50.0') {
  describe('a tool of MCP', () => {
    it('is listed and called by whoever may', async () => {
      const { admin } = stage()
      const name = await toolOf('admin_report')
      expect(await rpc(admin, 'tools/list', {})).toContain(`"${name}"`)
      const call = { name, arguments: { month: 'May', password: 'x' } }
      expect(await rpc(admin, 'tools/call', call)).toContain('ADMIN-REPORT May')
    })

    it('is neither listed to others nor called by them', async () => {
      const { app, bob } = stage()
      const name = await toolOf('admin_report')
      const call = { name, arguments: { month: 'May', password: 'x' } }
      expect(await rpc({ url: app.url, headers: {} }, 'tools/call', call)).toContain('ADMIN-REPORT May')
      expect(await rpc(bob, 'tools/list', {})).not.toContain(name)
      expect(await rpc(bob, 'tools/call', call)).not.toContain('ADMIN-REPORT')
    })
  })
} else {
  describe('the app', () => {
    it('has no tools of MCP, and the gate no way to them', async () => {
      const { admin } = stage()
      for (const place of ['/mcp/', '/mcp/http', '/mcp/sse'])
        expect(
          (await ask(admin.url, `${api}${place}`, { headers: admin.headers })).status,
        ).toBeGreaterThanOrEqual(400)
    })
  })
}
