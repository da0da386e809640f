/** Every way to say no: one table. The text is constant; why it was said stands in the audit log only. */

export interface RefusalRow {
  readonly step:
    | 'receive'
    | 'classify'
    | 'authenticate'
    | 'authorize'
    | 'prove'
    | 'read'
    | 'resolve'
    | 'validate'
    | 'forward'
    | 'serve'
    | 'gate'
  readonly status: number
  readonly says: { readonly en: string; readonly ja: string }
}

const notUnderstood = { en: 'The request was not understood.', ja: 'リクエストを処理できませんでした。' }
const notFound = { en: 'Not found.', ja: '見つかりません。' }
const signIn = { en: 'Please sign in.', ja: 'サインインしてください。' }
const noAccess = { en: 'You do not have access to this.', ja: 'この操作は許可されていません。' }
const tooLarge = { en: 'The request is too large.', ja: 'リクエストが大きすぎます。' }
const wrong = { en: 'Something went wrong.', ja: 'エラーが発生しました。' }
const away = { en: 'The app is not answering at the moment.', ja: 'アプリが応答していません。' }
const loginFailed = { en: 'Sign-in did not work.', ja: 'サインインできませんでした。' }
const slowDown = {
  en: 'Too many attempts. Please wait.',
  ja: '試行回数が多すぎます。しばらくお待ちください。',
}
const tooMany = { en: 'Too many calls. Please wait.', ja: '呼び出しが多すぎます。しばらくお待ちください。' }
const inputWrong = { en: 'This input is not allowed.', ja: 'この入力は許可されていません。' }
const changePassword = { en: 'Please change your password.', ja: 'パスワードを変更してください。' }
const invitationOver = {
  en: 'This invitation cannot be used. Please ask for a new one.',
  ja: 'この招待は使えません。新しい招待を依頼してください。',
}
const tooLate = {
  en: 'This took too long. Go back to the app and try again.',
  ja: '時間切れです。アプリに戻って、もう一度お試しください。',
}
const needsHttps = { en: 'Passwords are set over HTTPS only.', ja: 'パスワードの設定には HTTPS が必要です。' }

export const refusals = {
  'path-ambiguous': { step: 'receive', status: 400, says: notUnderstood },
  'header-ambiguous': { step: 'receive', status: 400, says: notUnderstood },
  'message-malformed': { step: 'receive', status: 400, says: notUnderstood },
  'method-unknown': { step: 'receive', status: 400, says: notUnderstood },
  'upgrade-refused': { step: 'receive', status: 400, says: notUnderstood },
  'host-unknown': {
    step: 'receive',
    status: 421,
    says: { en: 'This name is not served here.', ja: 'このホスト名は提供していません。' },
  },
  'peer-unexpected': { step: 'receive', status: 403, says: noAccess },
  'connection-dropped': { step: 'receive', status: 503, says: notUnderstood },
  'https-required': {
    step: 'receive',
    status: 403,
    says: { en: 'This is served over HTTPS only.', ja: 'HTTPS でのみ提供しています。' },
  },
  'request-slow': { step: 'receive', status: 408, says: notUnderstood },
  'header-large': { step: 'receive', status: 431, says: tooLarge },
  'credential-ambiguous': { step: 'authenticate', status: 400, says: notUnderstood },
  'credential-misplaced': { step: 'authenticate', status: 400, says: notUnderstood },
  'login-required': { step: 'authorize', status: 401, says: signIn },
  'session-expired': { step: 'authorize', status: 401, says: signIn },
  'session-ended': { step: 'authorize', status: 401, says: signIn },
  'token-invalid': { step: 'authorize', status: 401, says: signIn },
  'password-expired': { step: 'authorize', status: 403, says: changePassword },
  'route-unknown': { step: 'authorize', status: 404, says: notFound },
  'route-closed': { step: 'authorize', status: 404, says: notFound },
  'host-misplaced': { step: 'authorize', status: 404, says: notFound },
  'method-not-allowed': { step: 'authorize', status: 404, says: notFound },
  'policy-denied': { step: 'authorize', status: 403, says: noAccess },
  'step-up-required': {
    step: 'authorize',
    status: 403,
    says: { en: 'Please confirm that it is you.', ja: 'ご本人であることを確認してください。' },
  },
  'origin-foreign': { step: 'authorize', status: 403, says: noAccess },
  // All the same from outside: a new challenge comes along, and whoever has the key signs again.
  'proof-missing': { step: 'prove', status: 401, says: signIn },
  'proof-malformed': { step: 'prove', status: 401, says: signIn },
  'proof-key': { step: 'prove', status: 401, says: signIn },
  'proof-stale': { step: 'prove', status: 401, says: signIn },
  'proof-time': { step: 'prove', status: 401, says: signIn },
  'proof-signature': { step: 'prove', status: 401, says: signIn },
  'proof-replayed': { step: 'prove', status: 401, says: signIn },
  'proof-outrun': { step: 'prove', status: 401, says: signIn },
  'proof-body': { step: 'prove', status: 401, says: signIn },
  'body-invalid': { step: 'read', status: 400, says: notUnderstood },
  'body-type-wrong': { step: 'read', status: 415, says: notUnderstood },
  'body-large': { step: 'read', status: 413, says: tooLarge },
  'body-slow': { step: 'read', status: 408, says: notUnderstood },
  'quota-spent': {
    step: 'read',
    status: 429,
    says: {
      en: 'You have uploaded as much as you may for now.',
      ja: 'アップロードできる量の上限に達しました。',
    },
  },
  'file-refused': {
    step: 'read',
    status: 415,
    says: { en: 'This kind of file is not accepted.', ja: 'この種類のファイルは受け付けていません。' },
  },
  // Somebody else's is answered like one that doesn't exist.
  'object-unknown': { step: 'resolve', status: 404, says: notFound },
  // As for a function that one may not call: which names exist is nobody's business.
  'endpoint-unknown': { step: 'resolve', status: 403, says: noAccess },
  'rpc-invalid': { step: 'resolve', status: 400, says: notUnderstood },
  'rpc-method-unknown': { step: 'resolve', status: 400, says: notUnderstood },
  'rpc-stream-absent': { step: 'resolve', status: 405, says: notFound },
  'endpoint-paced': { step: 'authorize', status: 429, says: tooMany },
  'input-invalid': { step: 'validate', status: 422, says: inputWrong },
  'upstream-down': { step: 'forward', status: 502, says: away },
  'upstream-broken': { step: 'forward', status: 502, says: away },
  'upstream-unverified': { step: 'forward', status: 502, says: away },
  'login-failed': { step: 'serve', status: 401, says: loginFailed },
  'login-paced': { step: 'serve', status: 429, says: slowDown },
  'login-busy': { step: 'serve', status: 503, says: slowDown },
  'invitation-invalid': { step: 'serve', status: 404, says: invitationOver },
  'ticket-invalid': { step: 'serve', status: 403, says: tooLate },
  'ticket-over': { step: 'serve', status: 403, says: tooLate },
  'registration-insecure': { step: 'serve', status: 403, says: needsHttps },
  'internal-fault': { step: 'gate', status: 500, says: wrong },
  'audit-unwritable': { step: 'gate', status: 503, says: wrong },
} as const satisfies Record<string, RefusalRow>

export type RefusalCode = keyof typeof refusals

export interface Refusal {
  readonly kind: 'refusal'
  readonly code: RefusalCode
  /** Facts for the audit log; never shown. Short, no secrets, no bodies. */
  readonly because: Readonly<Record<string, string | number | boolean>>
  /** Seconds until trying again makes sense (RFC 9110 section 10.2.3). */
  readonly retryAfter?: number
  /** Which input was wrong, by the name that the app itself shows to the asker: the one word that is added to the text. */
  readonly input?: string
  /** Its place among the inputs: Gradio's page shows the text beside it, where it shows one at all. */
  readonly inputAt?: number
  /** The id of the JSON-RPC request that this is the answer to: it is told as that protocol tells it. */
  readonly rpcId?: string | number
  /** Where whoever opened a page finds it: another name of the gate's own. */
  readonly elsewhere?: string
  /** Other sites that may show this in a frame. */
  readonly framers?: readonly string[]
  /** For whoever may go on after giving the password again: the value of the field `stepUpField` (contract/proof.ts). */
  readonly stepUp?: string
  /** For whoever can sign: the value of the challenge's field (contract/proof.ts). */
  readonly challenge?: string
  /** The same request is to come once more, signed anew or after the password was given: what its body may have, in bytes. */
  readonly bodyMost?: number
}

export function refuse(code: RefusalCode, because: Refusal['because'] = {}, retryAfter?: number): Refusal {
  return retryAfter === undefined
    ? { kind: 'refusal', code, because }
    : { kind: 'refusal', code, because, retryAfter }
}

export function isRefusal(value: object): value is Refusal {
  return 'kind' in value && value.kind === 'refusal'
}
