/** Checks of what the gate keeps: database and key, log, passwords and tokens. */
import { describeFinding } from '../../audit/findings.ts'
import type { GateEvidence } from '../gate-evidence.ts'
import { foundAt, unseen, type GateCheck, type Outcome } from '../check.ts'
import { isWeaklyStretched } from '../ways-in.ts'

type ReadState = Extract<GateEvidence['state'], { kind: 'read' }>

function inState({ state }: GateEvidence, find: (state: ReadState) => readonly string[]): Outcome {
  switch (state.kind) {
    case 'absent':
      return unseen('no gate has run yet')
    case 'unreadable':
      return unseen('the database could not be read')
    case 'read':
      return foundAt(find(state))
  }
}

export const gateDatabase: GateCheck = {
  id: 'gate-database',
  about: 'gate',
  severity: 'high',
  what: 'The database can not be read.',
  why: 'The gate does not start with it, and nobody can sign in.',
  scenario: 4,
  owasp: ['A08:2025', 'ASVS 16.5.2'],
  remedy: 'Do what the message says, or restore the backup.',
  find: ({ state }) => foundAt(state.kind === 'unreadable' ? [state.why] : []),
}

export const gateKey: GateCheck = {
  id: 'gate-key',
  about: 'gate',
  severity: 'high',
  what: 'Database and set-up key do not belong together.',
  why: 'Without its key no password works, and the audit log can not be verified.',
  scenario: 1,
  owasp: ['A04:2025', 'ASVS 13.3.1'],
  remedy: 'Put the right key back from the backup.',
  find: (seen) =>
    inState(seen, ({ key, keyTrouble }) => {
      if (keyTrouble !== undefined) return [keyTrouble]
      return key === 'differs' ? ['the database was made with another key'] : []
    }),
}

export const gateAuditLog: GateCheck = {
  id: 'gate-audit-log',
  about: 'gate',
  severity: 'high',
  what: 'The audit log was changed.',
  why: 'Somebody may have removed the traces of what they did.',
  scenario: 6,
  owasp: ['A09:2025', 'ASVS 16.4.2'],
  remedy:
    'Keep a copy as it is, compare with what was shipped elsewhere, and find out who could write there.',
  find: ({ audit }) =>
    audit.kind === 'unseen'
      ? unseen(audit.why)
      : foundAt(audit.verification.findings.slice(0, 20).map(describeFinding)),
}

export const gateStretching: GateCheck = {
  id: 'gate-stretching',
  about: 'gate',
  severity: 'medium',
  what: 'Passwords are stretched less than is recommended today.',
  why: 'Should database and key both be stolen, guessing is that much cheaper.',
  scenario: 1,
  owasp: ['A04:2025', 'ASVS 11.4.2'],
  remedy: 'Set those passwords anew.',
  find: (seen) =>
    inState(seen, ({ passwords }) => passwords.filter(isWeaklyStretched).map(({ whose }) => whose)),
}

const day = 86_400_000
const unusedAfter = 90 * day

export const gateEndlessTokens: GateCheck = {
  id: 'gate-endless-tokens',
  about: 'gate',
  severity: 'medium',
  what: 'API tokens never expire.',
  why: 'A token that was copied somewhere years ago is as good as a new one.',
  scenario: 1,
  owasp: ['A07:2025', 'API2:2023', 'ASVS 13.3.4'],
  remedy: 'Revoke them and create new ones that expire: sekisho token create --expires 90d.',
  find: (seen) =>
    inState(seen, ({ tokens }) =>
      tokens.filter(({ expiresAt }) => expiresAt === undefined).map(({ name }) => `token ${name}`),
    ),
}

export const gateUnusedTokens: GateCheck = {
  id: 'gate-unused-tokens',
  about: 'gate',
  severity: 'low',
  what: 'API tokens have not been used for three months.',
  why: 'Nobody would notice that somebody else uses one.',
  scenario: 1,
  owasp: ['API2:2023', 'ASVS 13.3.4'],
  remedy: 'Revoke what nobody needs: sekisho token revoke.',
  find: (seen) =>
    inState(seen, ({ tokens }) =>
      tokens
        .filter(({ lastUsedAt, createdAt }) => seen.now - (lastUsedAt ?? createdAt) > unusedAfter)
        .map(({ name }) => `token ${name}`),
    ),
}
