/** A refusal as a JSON-RPC error: a client that is told nothing by this name waits until its patience ends. */
import type { JsonObject } from '../kit/json.ts'
import { refusals, type Refusal } from '../refusals.ts'
import type { RpcId } from './message.ts'

/** JSON-RPC 2.0 section 5.1; -32000 is the first that a server may give a meaning of its own. */
function codeOf({ code }: Refusal): number {
  switch (code) {
    case 'rpc-invalid':
      return -32600
    case 'rpc-method-unknown':
      return -32601
    case 'body-invalid':
    case 'input-invalid':
      return -32602
    case 'internal-fault':
      return -32603
    default:
      return -32000
  }
}

/** The text is the refusal's own, and the name of the input that was wrong where there is one. */
export function rpcError(id: RpcId, refusal: Refusal): JsonObject {
  const says = refusals[refusal.code].says.en
  const message = refusal.input === undefined ? says : `${says} (${refusal.input})`
  return { jsonrpc: '2.0', id, error: { code: codeOf(refusal), message } }
}
