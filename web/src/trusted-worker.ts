/** Starts our own workers, and no others: the pages' CSP asks for Trusted Types. */
import { paths } from 'sekisho/contract'

interface WorkerUrlPolicy {
  createScriptURL(url: string): string
}

interface TrustedTypes {
  createPolicy(name: string, rules: WorkerUrlPolicy): WorkerUrlPolicy
}

const ours = ['opaque-worker-', 'guessing-worker-'] as const

function checkWorkerUrl(url: string): string {
  if (!ours.some((name) => url.startsWith(paths.assets + name))) throw new TypeError('Not our worker.')
  return url
}

let policy: WorkerUrlPolicy | undefined

/** A policy's name can be used once in a page; browsers without Trusted Types take the plain string. */
function makePolicy(): WorkerUrlPolicy {
  const { trustedTypes } = globalThis as { readonly trustedTypes?: TrustedTypes }
  const rules: WorkerUrlPolicy = { createScriptURL: checkWorkerUrl }
  return trustedTypes === undefined ? rules : trustedTypes.createPolicy('sekisho', rules)
}

export function startWorker(url: string, name: string): Worker {
  policy ??= makePolicy()
  return new Worker(policy.createScriptURL(url), { type: 'module', name })
}
