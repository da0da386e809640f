/** The server as one thing to start and stop. */
import { auditDir, buildGate, openState, type BuiltGate, type Surroundings } from './build.ts'
import { checkListen, type Exposure } from './config/check-listen.ts'
import type { Config } from './config/config.ts'
import { publicOrigin } from './config/public-origin.ts'
import { version } from './kit/version.ts'
import { openDoors, type Doors } from './open-doors.ts'
import { saveReach, type Reach } from './users/reach.ts'

export interface RunningGate {
  /** Where it listens, as URLs. */
  readonly addresses: readonly string[]
  /** SHA-256 of a certificate that nobody but this machine vouches for. */
  readonly fingerprint?: string
  readonly auditDir: string
  /** Ends open work and the audit segment in order. */
  stop(): Promise<void>
}

/** Throws before anything is served when the configuration or the app would undo the gate. */
export async function runGate(config: Config, around: Surroundings): Promise<RunningGate> {
  const exposure = checkListen(config)
  const state = await openState(config, around)
  try {
    const built = await buildGate(config, state, around)
    try {
      const doors = await openDoors({ config, built, exposure, around })
      try {
        await built.confirmApp()
        await saveReach(state.store.meta, reachOf(config, exposure, doors))
        await recordStart(config, built)
      } catch (fault) {
        await doors.close()
        throw fault
      }
      return {
        addresses: doors.addresses,
        ...(doors.fingerprint !== undefined && { fingerprint: doors.fingerprint }),
        auditDir: auditDir(config),
        stop: () => stop(doors, built, state),
      }
    } catch (fault) {
      await built.close()
      throw fault
    }
  } catch (fault) {
    await state.close()
    throw fault
  }
}

/** Behind a proxy the gate's own address is nobody's way in, and `0.0.0.0` is no address at all. */
function reachOf(config: Config, exposure: Exposure, { addresses: [address] }: Doors): Reach {
  if (exposure.kind === 'insecure') return { insecure: true }
  const own = address === undefined ? undefined : new URL(address)
  const isOwn =
    config.trustedProxies.length === 0 && own !== undefined && !['0.0.0.0', '[::]'].includes(own.hostname)
  const origin = isOwn ? own.origin : publicOrigin(config)
  return { insecure: false, ...(origin !== undefined && { origin }) }
}

function recordStart(config: Config, { gate }: BuiltGate): Promise<void> {
  const { upstream, acceptRisks } = config
  return gate.audit.write({
    kind: 'gate.started',
    version: version(),
    upstream: upstream.origin,
    accepted: acceptRisks,
  })
}

async function stop(doors: Doors, built: BuiltGate, state: { close(): Promise<void> }): Promise<void> {
  await doors.close()
  try {
    await built.gate.audit.write({ kind: 'gate.stopped' })
  } finally {
    await built.close().finally(() => state.close())
  }
}
