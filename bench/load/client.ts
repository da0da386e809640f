/** The load generator: a process of its own, so that it shares nothing with what is measured but the machine. */
import { serveCalls } from '../helper.ts'
import { callFunction } from './gradio-calls.ts'
import { closeStreams, openStreams, untilAllHeard } from './idle-streams.ts'
import { signIn } from './signed-fields.ts'
import { sendSmall } from './small-requests.ts'
import { transfer } from './transfers.ts'

const calls = { signIn, sendSmall, callFunction, transfer, openStreams, untilAllHeard, closeStreams }

export type LoadCalls = typeof calls

if (import.meta.main) serveCalls(calls)
