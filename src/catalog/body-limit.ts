/** How large the body of a request may be. */
import type { BodyRule } from './entry.ts'

/** Bytes. */
export interface BodyLimits {
  readonly callBytes: number
  readonly uploadBytes: number
}

export function limitOf(rule: BodyRule, limits: BodyLimits): number {
  switch (rule.kind) {
    case 'none':
      return 0
    case 'upload':
      return limits.uploadBytes
    case 'json':
    case 'form':
      return rule.max === 0 ? limits.callBytes : rule.max
  }
}
