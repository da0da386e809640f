/** Forms of credentials as their issuers document the prefixes: what else begins so is hardly ever anything but one. */
import type { SecretRule } from './secret-rule.ts'

/**
 * What may repeat is bounded, or begins only where nothing of its kind stands before: the text is anybody's, so no form may take
 * more than linear time.
 */
export const ownRules: readonly SecretRule[] = [
  {
    kind: 'private key (PEM)',
    keywords: ['-----begin'],
    // Up to its end, or to the end of what is there of it; not past another one's beginning, or many would take long.
    form: /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----(?:(?:(?!-----BEGIN )[\s\S]){0,16384}?-----END [A-Z ]{0,40}PRIVATE KEY-----|[A-Za-z0-9+/=\s\\]{0,16384})/,
  },
  { kind: 'AWS access key', keywords: ['akia', 'asia'], form: /\b(?:AKIA|ASIA)[A-Z2-7][A-Z0-9]{15}\b/ },
  {
    kind: 'GitHub token',
    keywords: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_'],
    form: /\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255})\b/,
  },
  { kind: 'GitLab token', keywords: ['glpat-'], form: /\bglpat-[A-Za-z0-9_-]{20,300}/ },
  { kind: 'Hugging Face token', keywords: ['hf_'], form: /\bhf_[A-Za-z]{30,64}\b/ },
  {
    kind: 'OpenAI key',
    keywords: ['sk-proj-', 'sk-svcacct-', 'sk-admin-', 't3blbkfj'],
    form: /\bsk-(?:(?:proj|svcacct|admin)-[A-Za-z0-9_-]{20,300}|[A-Za-z0-9]{20}T3BlbkFJ\w{20})/,
  },
  { kind: 'Anthropic key', keywords: ['sk-ant-'], form: /\bsk-ant-[A-Za-z0-9_-]{20,300}/ },
  { kind: 'Google API key', keywords: ['aiza'], form: /\bAIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/ },
  {
    kind: 'Slack token',
    keywords: ['xoxa-', 'xoxb-', 'xoxe-', 'xoxo-', 'xoxp-', 'xoxr-', 'xoxs-'],
    form: /\bxox[abeoprs]-[A-Za-z0-9-]{10,300}/,
  },
  { kind: 'Stripe key', keywords: ['sk_live_', 'rk_live_'], form: /\b[sr]k_live_[A-Za-z0-9]{20,255}\b/ },
  {
    kind: 'JSON Web Token',
    keywords: ['eyj'],
    form: /(?<![\w-])eyJ[\w-]{10,2048}\.eyJ[\w-]{10,4096}\.[\w-]{20,1024}/,
  },
  {
    kind: 'address with a password in it',
    keywords: ['://'],
    form: /(?<=\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s:/?#@]{1,64}:)[^\s:/?#@]{1,128}(?=@[\w.-])/i,
  },
]
