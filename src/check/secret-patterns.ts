/** Credentials that can be told by their form. Only forms that hardly anything else has: a false alarm trains people to look away. */

interface SecretForm {
  /** How it is called in a finding; its value is never shown. */
  readonly kind: string
  readonly form: RegExp
}

/**
 * Prefixes as their issuers document them. The text is the app's, so no form may take more than linear time: what may
 * repeat is bounded, or begins only where nothing of its kind stands before.
 */
const forms: readonly SecretForm[] = [
  { kind: 'private key (PEM)', form: /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/ },
  { kind: 'AWS access key', form: /\b(?:AKIA|ASIA)[A-Z2-7][A-Z0-9]{15}\b/ },
  { kind: 'GitHub token', form: /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})\b/ },
  { kind: 'GitLab token', form: /\bglpat-[A-Za-z0-9_-]{20,}/ },
  { kind: 'Hugging Face token', form: /\bhf_[A-Za-z]{30,}\b/ },
  {
    kind: 'OpenAI key',
    form: /\bsk-(?:(?:proj|svcacct|admin)-[A-Za-z0-9_-]{20,}|[A-Za-z0-9]{20}T3BlbkFJ\w{20})/,
  },
  { kind: 'Anthropic key', form: /\bsk-ant-[A-Za-z0-9_-]{20,}/ },
  { kind: 'Google API key', form: /\bAIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/ },
  { kind: 'Slack token', form: /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/ },
  { kind: 'Stripe key', form: /\b[sr]k_live_[A-Za-z0-9]{20,}\b/ },
  { kind: 'JSON Web Token', form: /(?<![\w-])eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20,}/ },
  {
    kind: 'address with a password in it',
    form: /\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s:/?#@]{1,64}:[^\s:/?#@]{1,128}@[\w.-]+/i,
  },
]

/** What stands for a credential in examples and placeholders: one sign again and again, or the word for it. */
const standIn =
  /([x*.0])\1{7}|:\/\/[^:]*:(?:password|passwd|pass|pwd|secret|x+|\*+|\.{3}|your[\w-]*|[<{[][^@]*|\$\{?\w+\}?)@/i

/** The kinds of credentials in a text. */
export function findSecrets(text: string): readonly string[] {
  return forms.filter(({ form }) => hasReal(text, form)).map(({ kind }) => kind)
}

function hasReal(text: string, form: RegExp): boolean {
  for (const [found] of text.matchAll(new RegExp(form, `${form.flags}g`))) {
    if (!standIn.test(found)) return true
  }
  return false
}
