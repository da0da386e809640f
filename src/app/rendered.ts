/** Functions and components that exist in one session only: what `gr.render` makes at run time (gradio/renderable.py 6.31). */
import type { JsonObject } from '../kit/json.ts'
import { readComponent, type DeclaredComponent } from './components.ts'
import { idIn, objectIn, objectsIn } from './config-fields.ts'
import { readEndpoint, type Surroundings } from './endpoints.ts'
import type { DeclaredModel } from './make-model.ts'
import type { AppModel, Component, Endpoint } from './model.ts'

/** As many as Gradio keeps waiting streams for (gradio/queueing.py 6.31); a page that was forgotten renders anew on reload. */
const mostSessions = 2_000
/** Of one session, functions and components; what was rendered longest ago goes first. */
const mostThings = 2_000
/** Of all sessions. */
const mostInAll = 50_000
/** Of all sessions, as the app wrote it: what is rendered may hold as much text as somebody cares to send. */
const mostText = 128 * 1024 * 1024

interface Rendered<T> {
  readonly thing: T
  readonly renderId: number
}

interface Session {
  /** What its functions were rendered upon: ids mean nothing in another app. */
  readonly model: AppModel
  readonly endpoints: Map<number, Rendered<Endpoint>>
  readonly components: Map<number, Rendered<DeclaredComponent>>
  /** The length of what was rendered, by render id. */
  readonly lengths: Map<number, number>
}

export class RenderedFunctions {
  /** By session_hash as the app knows it, which nobody but its owner can name; least recently used first. */
  readonly #sessions = new Map<string, Session>()
  readonly #mostText: number
  #things = 0
  #text = 0

  constructor(most = mostText) {
    this.#mostText = most
  }

  /** Takes a `render_config` that the app sent to this session, in a message of this length. */
  learn(hash: string, rendered: JsonObject, model: DeclaredModel, length = 0): void {
    const renderId = idIn(rendered, 'render_id')
    if (renderId === undefined) return
    const session = this.#sessionFor(hash, model)
    const container = idIn(objectIn(rendered, 'layout'), 'id')
    const renderer = findRenderer({ renderId, container }, session, model)
    if (renderer === undefined) return
    const before = sizeOf(session)
    forget(session.endpoints, renderId)
    forget(session.components, renderId)
    for (const one of objectsIn(rendered, 'components')) {
      const component = readComponent(one, renderer.pages)
      if (component !== undefined) put(session.components, component.id, component, renderId)
    }
    const around = surroundingsOf(session, model, renderer)
    for (const one of objectsIn(rendered, 'dependencies')) {
      const endpoint = readEndpoint(one, around)
      if (endpoint !== undefined) put(session.endpoints, endpoint.id, ownedBy(renderer, endpoint), renderId)
    }
    this.#things += sizeOf(session) - before
    this.#text += length - (session.lengths.get(renderId) ?? 0)
    session.lengths.set(renderId, length)
    this.#shrink()
  }

  /** Undefined unless this session was shown such a function, by this very app. */
  endpoint(hash: string, id: number, model: AppModel): Endpoint | undefined {
    return this.#find(hash, model)?.endpoints.get(id)?.thing
  }

  component(hash: string, id: number, model: AppModel): Component | undefined {
    return this.#find(hash, model)?.components.get(id)?.thing
  }

  #find(hash: string, model: AppModel): Session | undefined {
    const session = this.#sessions.get(hash)
    if (session?.model !== model) return undefined
    this.#sessions.delete(hash)
    this.#sessions.set(hash, session)
    return session
  }

  #sessionFor(hash: string, model: AppModel): Session {
    const known = this.#sessions.get(hash)
    this.#sessions.delete(hash)
    if (known?.model === model) {
      this.#sessions.set(hash, known)
      return known
    }
    if (known !== undefined) this.#forgetSizes(known)
    const made: Session = { model, endpoints: new Map(), components: new Map(), lengths: new Map() }
    this.#sessions.set(hash, made)
    return made
  }

  #shrink(): void {
    for (const hash of this.#sessions.keys()) {
      if (this.#sessions.size <= mostSessions && this.#things <= mostInAll) break
      this.#drop(hash)
    }
    // Whoever sends the most goes first, and nobody else.
    while (this.#text > this.#mostText) this.#drop(this.#longest())
  }

  #longest(): string {
    let longest = { hash: '', length: -1 }
    for (const [hash, { lengths }] of this.#sessions) {
      const length = sum(lengths.values())
      if (length > longest.length) longest = { hash, length }
    }
    return longest.hash
  }

  #drop(hash: string): void {
    const session = this.#sessions.get(hash)
    this.#sessions.delete(hash)
    if (session !== undefined) this.#forgetSizes(session)
  }

  #forgetSizes(session: Session): void {
    this.#things -= sizeOf(session)
    this.#text -= sum(session.lengths.values())
  }
}

/** A render inside a render belongs to the one outside: that is a function of the app, and has a rule. */
function findRenderer(
  { renderId, container }: { readonly renderId: number; readonly container: number | undefined },
  session: Session,
  model: AppModel,
): Endpoint | undefined {
  const isIt = (one: Endpoint) =>
    one.renderId === renderId || (container !== undefined && one.rendersInto === container)
  for (const endpoint of model.endpoints.values()) if (isIt(endpoint)) return endpoint
  for (const { thing } of session.endpoints.values()) if (isIt(thing)) return thing
  return undefined
}

function ownedBy(renderer: Endpoint, endpoint: Endpoint): Endpoint {
  return {
    ...endpoint,
    name: renderer.name,
    apiName: endpoint.name,
    group: renderer.group,
    renderedBy: renderer.renderedBy ?? renderer.id,
  }
}

function surroundingsOf(session: Session, model: DeclaredModel, renderer: Endpoint): Surroundings {
  return {
    component: (id) => session.components.get(id)?.thing ?? model.components.get(id),
    changes: () => true,
    info: () => undefined,
    pages: () => renderer.pages,
  }
}

function put<T>(things: Map<number, Rendered<T>>, id: number, thing: T, renderId: number): void {
  things.delete(id)
  things.set(id, { thing, renderId })
  for (const oldest of things.keys()) {
    if (things.size <= mostThings) return
    things.delete(oldest)
  }
}

function forget<T>(things: Map<number, Rendered<T>>, renderId: number): void {
  for (const [id, rendered] of things) if (rendered.renderId === renderId) things.delete(id)
}

function sum(lengths: Iterable<number>): number {
  let all = 0
  for (const length of lengths) all += length
  return all
}

function sizeOf({ endpoints, components }: Session): number {
  return endpoints.size + components.size
}
