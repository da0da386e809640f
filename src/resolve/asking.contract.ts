/** Requests as the steps before leave them, by Alice and Bob, to a made-up app; ownership is the real ledger. */
import { RenderedFunctions } from '../app/rendered.ts'
import type { DeclaredModel } from '../app/make-model.ts'
import type { AppFile } from '../app/read-file.ts'
import { component, renderConfig, sampleModel } from '../app/sample-app.contract.ts'
import type { Method } from '../catalog/entry.ts'
import { catalogue, catalogueOfFour } from '../catalog/index.ts'
import { classify, compileCatalogue } from '../classify/classify.ts'
import { isJsonObject, type Json, type JsonObject } from '../kit/json.ts'
import { Secret } from '../kit/secret.ts'
import { parseStrictText, requestLimits, writeJson } from '../kit/strict-json.ts'
import { Ledger } from '../ownership/ledger.ts'
import type { Owner } from '../ownership/owner.ts'
import { SessionHashes } from '../ownership/session-hash.ts'
import { parseTarget } from '../receive/canonical-path.ts'
import { isRefusal } from '../refusals.ts'
import type { ClientAddress, Content, FormContent, Principal, Read, Resolved } from '../request.ts'
import { makeMemoryData } from '../store/engines/memory/data.ts'
import { makeMemoryStore } from '../store/engines/memory/open.ts'
import { resolve, type ResolveParts } from './resolve.ts'

const catalogues = { '/gradio_api': compileCatalogue(catalogue), '': compileCatalogue(catalogueOfFour) }

/** Functions 0 to 9; 20 and 21 are rendered for Alice's session `alice-1` alone. */
export const model = sampleModel({
  components: [
    component(1, 'textbox'),
    component(2, 'image'),
    component(3, 'state'),
    component(4, 'json'),
    component(5, 'fileexplorer', { server_fns: ['ls'], elem_id: 'shelf' }),
    component(6, 'column'),
    component(7, 'gallery'),
  ],
  functions: [
    { id: 0, api_name: 'predict', inputs: [1], outputs: [1] },
    { id: 1, api_name: 'admin_report', inputs: [1], outputs: [1] },
    { id: 2, api_name: 'mirror', inputs: [2, 4], outputs: [2] },
    { id: 3, api_name: 'remember', inputs: [3, 1], outputs: [3] },
    { id: 4, api_name: 'js_fn', backend_fn: false, api_visibility: 'private' },
    { id: 5, api_name: 'hidden', inputs: [1], api_visibility: 'private' },
    { id: 6, api_name: 'apply', inputs: [1], outputs: [6], render_id: 0, api_visibility: 'undocumented' },
    { id: 7, api_name: 'listen', inputs: [1], outputs: [1], connection: 'stream' },
    { id: 8, api_name: 'frame', inputs: [2], component_prop_inputs: [0] },
    { id: 9, api_name: 'sort', inputs: [7, 1], outputs: [7] },
    { id: 10, api_name: 'watch', inputs: [2], outputs: [1], connection: 'stream' },
  ],
  info: {
    predict: ['text'],
    admin_report: ['month'],
    mirror: ['image', { parameter_name: 'options', parameter_has_default: true, parameter_default: 'plain' }],
    remember: ['item'],
    frame: ['picture'],
    sort: ['pictures', 'order'],
  },
  pages: ['', 'second'],
})

export const [alice, bob] = ['alice', 'bob'].map((name): Principal => {
  const session = { id: `of-${name}`, account: `id-${name}` }
  return { kind: 'user', username: name, session, roles: [], attributes: {} } as unknown as Principal
}) as [Principal, Principal]
export const [aliceOwner, bobOwner] = ['user:id-alice' as Owner, 'user:id-bob' as Owner]

export interface Asking {
  readonly method?: Method
  readonly target: string
  readonly body?: Json | string
  readonly form?: Omit<FormContent, 'kind'>
  readonly as?: Principal
}

export class Desk {
  readonly ledger: Ledger
  readonly rendered = new RenderedFunctions()
  /** What the app is after the next look. */
  next: DeclaredModel = model
  model: DeclaredModel = model
  base = ''
  /** By whose routes requests are classified; absent: the app's. */
  classifiedBy: DeclaredModel['api'] | undefined
  allowsLink: (link: URL) => boolean = () => false
  mixedBatch = false
  /** Endpoints whose calls at the same time are counted. */
  readonly counted = new Set<string>()
  /** Whose the State of tools is. */
  stateHolder: Owner | undefined
  /** What the app would hand out. */
  readonly files = new Map<string, AppFile | 'large'>()

  constructor() {
    this.ledger = new Ledger({
      store: makeMemoryStore(makeMemoryData()),
      clock: { now: () => 1_900_000_000_000 },
      hashes: new SessionHashes({ key: new Secret(new Uint8Array(32)), instance: 'i' }),
      sharedFiles: () => new Set(['/app/logo.png']),
    })
    const made = [20, 21].map((id) => ({ id, api_name: `lambda_${id}`, inputs: [30, 1], outputs: [1] }))
    const components = [component(30, 'image'), component(31, 'fileexplorer', { server_fns: ['ls'] })]
    this.rendered.learn(this.upstream(aliceOwner, 'alice-1'), renderConfig(0, components, made), model)
  }

  /** As the app knows it. */
  upstream(owner: Owner, hash: string): string {
    return this.ledger.nameSession(owner, hash)?.upstream ?? ''
  }

  async ask(asking: Asking) {
    const desk = this
    const parts: ResolveParts = {
      app: {
        base: this.base,
        get model() {
          return desk.model
        },
        rendered: this.rendered,
        settled: async () => undefined,
        refresh: async () => {
          this.model = this.next
        },
      },
      ownership: this.ledger,
      rolesOf: async (owners) => owners.map((owner) => `role-of-${owner}`),
      allowsLink: this.allowsLink,
      mcp: {
        mixedBatch: this.mixedBatch,
        countsCalls: (endpoint) => this.counted.has(endpoint),
        sharedState: { take: async (owner) => (this.stateHolder ??= owner) === owner },
        readFile: async (path) => this.files.get(path) ?? 'absent',
      },
    }
    const api = this.classifiedBy ?? this.model?.api
    return resolve(readRequest(asking, this.base, api), parts)
  }

  /** What it was resolved to; the code of the refusal otherwise, also of one that only those hear who may call it. */
  async find(asking: Asking): Promise<Resolved | string> {
    const found = await this.ask(asking)
    if (isRefusal(found)) return found.code
    return found.target.misfit?.code ?? found
  }
}

export function readRequest(asking: Asking, base = '', api: DeclaredModel['api'] = '/gradio_api'): Read {
  const { target, form, body, as = alice } = asking
  const parsed = parseTarget(base + target)
  if ('trouble' in parsed) throw new TypeError(`${target}: ${parsed.trouble}`)
  const method = asking.method ?? (body === undefined && form === undefined ? 'GET' : 'POST')
  const received = {
    ...{
      id: 'r',
      method,
      ...parsed,
      requestTarget: target,
      headers: {},
      client: '127.0.0.1' as ClientAddress,
    },
    ...{ site: { scheme: 'http', host: 'gate.test' } as const, at: 0, onGone: () => undefined },
  }
  const pages = new Set(model.pages.filter((page) => page !== '').map((page) => `/${page}`))
  const classified = classify(received, { catalogues, app: { base, pages, api } })
  const content = contentOf(body, form)
  return {
    ...classified,
    principal: as,
    allow: { policies: [] },
    proof: { kind: 'none' },
    content,
  } as unknown as Read
}

function contentOf(body: Json | string | undefined, form: Asking['form']): Content {
  const content =
    form !== undefined
      ? { kind: 'form', ...form }
      : body === undefined
        ? { kind: 'none' }
        : {
            kind: 'json',
            value: parseStrictText(typeof body === 'string' ? body : writeJson(body), requestLimits),
          }
  return content as unknown as Content
}

/** The JSON that goes to the app. */
export function sent({ outgoing }: Resolved): JsonObject {
  if (outgoing.content.kind !== 'json' || !isJsonObject(outgoing.content.value))
    throw new TypeError('No JSON.')
  return parseStrictText(writeJson(outgoing.content.value), requestLimits) as JsonObject
}

export function fileData(path: string, more: JsonObject = {}): JsonObject {
  return { path, meta: { _type: 'gradio.FileData' }, ...more }
}
