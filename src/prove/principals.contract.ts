/** One principal of each kind, with a key and without. */
import { Signer } from '../../test/rig/signer.ts'
import type { Username } from '../kit/username.ts'
import type { Principal } from '../request.ts'
import type { ApiTokenRow, SessionRow } from '../store/rows.ts'

export const proofKey = new Signer().row
const session = { id: 's1' } as SessionRow
const token = { id: 't1' } as ApiTokenRow
const given = { roles: [], attributes: {} }
const username = 'bob' as Username

export const nobody: Principal = { kind: 'nobody' }
export const guest: Principal = { kind: 'guest', session }
export const keyedGuest: Principal = { kind: 'guest', session: { ...session, proofKey } }
export const keyedUser: Principal = { kind: 'user', username, session: { ...session, proofKey }, ...given }
export const plainToken: Principal = { kind: 'token', token, ...given }
export const boundToken: Principal = { kind: 'token', token: { ...token, proofKey }, ...given }
