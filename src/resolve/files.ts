/** Files by path, and uploads by the id that the client chose for them. */
import type { Refusal } from '../refusals.ts'
import { unknownObject, wholeApp, type Asked, type Found } from './asked.ts'
import { isPathOfFile, judgePaths } from './named-files.ts'
import { changedQuery, inQuery } from './rewrite.ts'

/** Absolute paths only: Gradio would fetch what looks like an address, and look up the rest in its own folder. */
export async function resolveFile(asked: Asked): Promise<Found | Refusal> {
  const path = asked.request.parameters['file'] ?? ''
  if (!isPathOfFile(path)) return unknownObject('file')
  const [file] = await judgePaths([path], asked)
  if (file === undefined || file.standing === 'unknown') return unknownObject('file')
  const { standing, owners } = file
  const ownerRoles = standing === 'others' ? await asked.parts.rolesOf(owners) : []
  return { target: { resource: { kind: 'file', standing, ownerRoles }, files: [] } }
}

/** What browsers make of Math.random (@gradio/client 2.7); Gradio itself takes anything. */
const uploadId = /^[A-Za-z0-9_-]{1,64}$/

export async function resolveUpload(asked: Asked): Promise<Found | Refusal> {
  const id = inQuery(asked, 'upload_id')
  if (id === undefined || id === '')
    return { target: wholeApp, outgoing: { query: changedQuery(asked, { upload_id: undefined }) } }
  return claim(asked, id)
}

/** A page begins to watch before its upload has arrived, so watching claims the id just as uploading does. */
export function resolveProgress(asked: Asked): Promise<Found | Refusal> {
  return claim(asked, inQuery(asked, 'upload_id') ?? '')
}

async function claim(asked: Asked, id: string): Promise<Found | Refusal> {
  if (!uploadId.test(id)) return unknownObject('upload')
  if (!(await asked.parts.ownership.claimUpload(asked.owner, id))) return unknownObject('upload', true)
  return {
    target: { ...wholeApp, upload: id },
    outgoing: { query: changedQuery(asked, { upload_id: id }) },
  }
}
