/** The audit: looks at the app and, where one is configured, at the gate; then asks every check. */
import { existsSync } from 'node:fs'
import type { Config } from '../config/config.ts'
import { GateFault } from '../kit/fault.ts'
import type { Clock } from '../kit/clock.ts'
import type { AppEvidence } from './app-evidence.ts'
import type { GateEvidence } from './gate-evidence.ts'
import { lookAtApp } from './look-at-app.ts'
import { lookAtGate, type GateLooking } from './look-at-gate.ts'
import { makeReport, type Report } from './report.ts'

export interface CheckOptions {
  readonly configText: GateEvidence['configText']
  readonly tryDefaultCredentials: boolean
  /** Ids of checks whose findings are known and wanted. */
  readonly accepted: readonly string[]
}

export interface CheckParts extends Pick<GateLooking, 'env' | 'openReadOnly'> {
  readonly clock: Clock
}

/** GateFault when neither an app nor a gate is there to look at. */
export async function runCheck(config: Config, options: CheckOptions, parts: CheckParts): Promise<Report> {
  const now = () => parts.clock.now()
  const gated = options.configText !== undefined || existsSync(config.stateDir)
  const app = await lookIfThere(config.upstream, {
    gated,
    tryDefaultCredentials: options.tryDefaultCredentials,
    now,
  })
  const appClock = 'trouble' in app ? undefined : app.clock
  const { env, openReadOnly } = parts
  const gate = gated
    ? await lookAtGate(config, { configText: options.configText, env, openReadOnly, appClock, now })
    : undefined
  return makeReport({ url: config.upstream, app, gate, now: now() }, options.accepted)
}

/** An app that is away leaves the gate to look at; without a gate there is nothing. */
async function lookIfThere(
  url: URL,
  looking: Parameters<typeof lookAtApp>[1],
): Promise<AppEvidence | { readonly trouble: string }> {
  try {
    return await lookAtApp(url, looking)
  } catch (fault) {
    if (!looking.gated || !(fault instanceof GateFault)) throw fault
    return { trouble: fault.message }
  }
}
