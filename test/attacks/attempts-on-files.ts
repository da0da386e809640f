/** What one person of an app can do to another whose file's path, or upload's id, they know. */
import { request } from 'node:http'
import { ask, signedFields } from '../rig/ask.ts'
import { follow } from '../rig/follow.ts'
import { callFunction, uploadFile } from '../rig/use-app.ts'
import { api, newHash, read, savedBy, secret, type Attempt, type Two } from './two-people.ts'

const uploadedBy = ({ url }: Two, headers: Two['alice']) => uploadFile(url, 'wage.txt', secret, headers)
const fileData = (path: string) => ({ path, meta: { _type: 'gradio.FileData' } })

export const attemptsOnFiles = {
  'read a file that was made for the other': async (two) => {
    const path = await savedBy(two, two.alice)
    return path !== '' && (await read(two, two.bob, path)) === secret
  },

  'read a file that the other uploaded': async (two) => {
    const path = await uploadedBy(two, two.alice)
    const { body } = await ask(two.url, `${api}/file/${path}`, { headers: two.bob })
    return (await read(two, two.bob, path)) === secret || body === secret
  },

  "hand a function the other's file": async (two) => {
    const path = await uploadedBy(two, two.alice)
    const result = await callFunction(two.url, 'read', [fileData(path)], { headers: two.bob })
    return JSON.stringify(result ?? '').includes(secret)
  },

  'hand it over deep inside another value': async (two) => {
    const path = await uploadedBy(two, two.alice)
    const message = { text: '', files: [fileData(path)] }
    const result = await callFunction(two.url, 'read_message', [message], { headers: two.bob })
    return JSON.stringify(result ?? '').includes(secret)
  },

  "have a function that echoes text vouch for the other's file": async (two) => {
    const path = await uploadedBy(two, two.alice)
    await callFunction(two.url, 'echo', [`${api}/file=${path}`], { headers: two.bob })
    return (await read(two, two.bob, path)) === secret
  },

  "have a function that echoes JSON vouch for the other's file": async (two) => {
    const path = await uploadedBy(two, two.alice)
    const url = `${two.url}${api}/file=${path}`
    const file = { ...fileData(path), url, orig_name: 'x' }
    await callFunction(two.url, 'echo_json', [file], { headers: two.bob })
    return (await read(two, two.bob, path)) === secret
  },

  "have a streamed link vouch for the other's file": async (two) => {
    const path = await uploadedBy(two, two.alice)
    await callFunction(two.url, 'link_slowly', [path], { headers: two.bob })
    return (await read(two, two.bob, path)) === secret
  },

  'watch what the other uploads': async (two) => {
    const upload_id = newHash()
    const path = `${api}/upload?upload_id=${upload_id}`
    const headers = { ...two.alice, 'content-type': 'multipart/form-data; boundary=b' }
    const sending = request(two.url + path, {
      method: 'POST',
      headers: await signedFields(two.url, path, { method: 'POST', headers, body: '' }),
    })
    const gone = new Promise((resolve) => sending.once('close', resolve))
    sending.on('error', () => undefined)
    const head = 'content-disposition: form-data; name="files"; filename="wage-of-alice.txt"'
    sending.write(`--b\r\n${head}\r\n\r\n${'x'.repeat(100_000)}`)
    const seen = await follow(`${two.url}${api}/upload_progress?upload_id=${upload_id}`, two.bob)
    const text = seen.status === 200 ? await seen.until(/orig_name|done/) : ''
    seen.close()
    sending.destroy()
    await gone
    return text.includes('wage-of-alice')
  },
} as const satisfies Readonly<Record<string, Attempt>>
