/** The parts that know what is inside the app: whose things are, what inputs and answers may be, and how much may be asked. */
import type { AppWatch } from './app/watch-app.ts'
import type { Audit } from './audit/audit.ts'
import type { Config } from './config/config.ts'
import type { ForwardParts } from './forward/forward.ts'
import { makeInputs, type Inputs } from './inputs/inputs.ts'
import { makeSentValues } from './inputs/sent-values.ts'
import type { Clock } from './kit/clock.ts'
import { Limits } from './limits/limits.ts'
import type { KeyRing } from './login/key.ts'
import { makeTapsFor } from './look-at-answers.ts'
import { makeSharedState } from './mcp/shared-state.ts'
import { OpenRights } from './open-rights.ts'
import { Ledger } from './ownership/ledger.ts'
import type { Owner } from './ownership/owner.ts'
import { SessionHashes } from './ownership/session-hash.ts'
import type { PolicyEngine } from './policy/engine.ts'
import type { ResolveParts } from './resolve/asked.ts'
import { rolesOfOwners } from './roles-of-owners.ts'
import { makeShowing } from './show-app.ts'
import type { Store } from './store/store.ts'

export interface AppSideParts {
  readonly config: Pick<Config, 'inputs' | 'answers' | 'limits' | 'mcp' | 'sharedFolders'>
  readonly store: Store
  readonly keys: KeyRing
  readonly instance: string
  readonly clock: Clock
  readonly app: Pick<AppWatch, 'base' | 'model' | 'rendered' | 'readFile' | 'isQueueEmpty' | 'refresh'>
  readonly policy: PolicyEngine
  readonly audit: Audit
}

export interface AppSide extends Pick<ForwardParts, 'tapsFor' | 'viewFor'>, Pick<ResolveParts, 'mcp'> {
  readonly ownership: Ledger
  readonly inputs: Inputs
  readonly allowsLink: (link: URL) => boolean
  readonly endpointLimits: Limits
  readonly rights: OpenRights
  readonly rolesOf: (owners: readonly Owner[]) => Promise<readonly string[]>
}

export function makeAppSide({
  config,
  store,
  keys,
  instance,
  clock,
  app,
  policy,
  audit,
}: AppSideParts): AppSide {
  const ownership = new Ledger({
    store,
    clock,
    hashes: new SessionHashes({ key: keys.subKey('session-hash'), instance }),
    sharedFiles: () => app.model?.sharedFiles ?? new Set(),
    sharedFolders: config.sharedFolders,
  })
  const inputs = makeInputs({ rules: config.inputs, model: () => app.model, sent: makeSentValues() })
  const { endpoints, mixedBatch, callBytes } = config.limits
  const endpointLimits = new Limits(
    { store, clock, isQueueEmpty: () => app.isQueueEmpty() },
    endpoints,
    mixedBatch,
  )
  const showing = makeShowing({ app, policy, rules: config.answers })
  return {
    rights: new OpenRights({ policy, app }),
    ownership,
    inputs,
    allowsLink: (link) => inputs.allowsLink(link),
    endpointLimits,
    mcp: {
      mixedBatch,
      countsCalls: (endpoint) => endpointLimits.counts(endpoint),
      sharedState: makeSharedState({ meta: store.meta, everybody: config.mcp.sharedState }),
      // As large as a call may be once it is written as base64.
      readFile: (path) => app.readFile(path, Math.floor((callBytes * 3) / 4)),
    },
    rolesOf: (owners) => rolesOfOwners(owners, { store, policy }),
    viewFor: showing.viewFor,
    tapsFor: makeTapsFor({
      ...{ app, ownership, inputs, limits: endpointLimits, audit },
      rules: config.answers,
      planFor: showing.planFor,
    }),
  }
}
