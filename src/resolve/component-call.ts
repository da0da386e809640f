/** Functions that a component runs on the server: /component_server (gradio/routes.py 6.31). */
import { componentResource } from '../app/resources.ts'
import type { Json } from '../kit/json.ts'
import { isRefusal, refuse, type Refusal } from '../refusals.ts'
import type { OutgoingParts } from '../request.ts'
import { misfit, nameSession, unknownObject, type Asked, type Found } from './asked.ts'
import { bodyOf, isIndex, wrong } from './call-body.ts'
import { nameDrawingIn } from './drawings.ts'
import { judgeFiles } from './named-files.ts'
import { apiPath } from './rewrite.ts'

interface Asking {
  readonly hash: string
  readonly id: number
  readonly function: string
  readonly data: Json
  /** Of a form, without what is named above. */
  readonly fields?: Readonly<Record<string, string>>
  readonly content: (session: string, drawing: string | undefined) => OutgoingParts['content']
}

export async function resolveComponent(asked: Asked): Promise<Found | Refusal> {
  const asking = readAsking(asked)
  if (isRefusal(asking)) return asking
  const session = nameSession(asked, asking.hash)
  if (session === undefined) return unknownObject('session')
  const { model, parts } = asked
  const declared = model.components.get(asking.id)
  const rendered = parts.app.rendered.component(session.upstream, asking.id, model)
  const component = declared ?? rendered
  // A keyed component can take the place of another: which one runs can't be told from here.
  if (component === undefined || (declared && rendered)) return refuse('endpoint-unknown')
  if (!component.serverFunctions.includes(asking.function)) return refuse('endpoint-unknown')
  const target = { resource: componentResource(component, asking.function), session, component }
  const drawing = nameDrawingIn(component.type, asking.fields, asked)
  if (drawing !== undefined && typeof drawing !== 'string') return misfit(target, drawing)
  const files = await judgeFiles([{ value: asking.data, suspicion: 'wary' }], asked)
  if (isRefusal(files)) return misfit(target, files)
  return {
    target: { ...target, files },
    outgoing: {
      path: apiPath(asked, 'component_server'),
      content: asking.content(session.upstream, drawing),
    },
  }
}

function readAsking({ request }: Asked): Asking | Refusal {
  const { content } = request
  if (content.kind !== 'form') return readJson(request)
  const { component_id: id, session_hash: hash, fn_name: name, ...rest } = content.fields
  if (id === undefined || !/^(?:0|[1-9]\d{0,8})$/.test(id)) return wrong('component_id')
  if (hash === undefined) return wrong('session_hash')
  if (name === undefined) return wrong('fn_name')
  return {
    ...{ hash, id: Number(id), function: name, data: rest, fields: rest },
    content: (session_hash, drawing) => ({
      ...content,
      fields: {
        ...rest,
        ...(drawing !== undefined && { id: drawing }),
        ...{ component_id: id, fn_name: name, session_hash },
      },
    }),
  }
}

function readJson(request: Asked['request']): Asking | Refusal {
  const body = bodyOf(request)
  if (body === undefined) return wrong('body')
  const { component_id: id, session_hash: hash, fn_name: name, data } = body
  if (id === undefined || !isIndex(id)) return wrong('component_id')
  if (typeof hash !== 'string') return wrong('session_hash')
  if (typeof name !== 'string') return wrong('fn_name')
  if (data === undefined) return wrong('data')
  return {
    ...{ hash, id, function: name, data },
    content: (session_hash) => ({
      kind: 'json',
      value: { data, component_id: id, fn_name: name, session_hash },
    }),
  }
}
