/** Roles for tests, from the text that an operator would write. */
import { makeConfig } from '../config/make-config.ts'
import type { Role } from './roles.ts'

export function rolesFrom(lines: string): readonly Role[] {
  const text = `upstream: http://127.0.0.1:7860\nroles:\n${lines}`
  return makeConfig({ text, file: '/sekisho.yaml' }, {}, { cwd: '/', home: '/', env: {} }).roles
}
