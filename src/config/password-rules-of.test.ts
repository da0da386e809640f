import { expect, it } from 'vitest'
import type { Username } from '../kit/username.ts'
import { defaults } from './defaults.ts'
import { passwordRulesOf } from './password-rules-of.ts'

it('asks by default for length only, and names what an attacker of this site would try', () => {
  const config = { ...defaults, hosts: ['gpu.example.org'] }
  expect(passwordRulesOf(config)).toEqual({ least: 15, composition: [], siteWords: ['gpu.example.org'] })
  expect(passwordRulesOf(config, 'bob.smith' as Username).siteWords).toEqual(['bob.smith', 'gpu.example.org'])
})

it('asks for more where the operator does', () => {
  const passwords = { least: 20, composition: ['digit', 'symbol'] } as const
  expect(passwordRulesOf({ passwords, hosts: [] })).toEqual({
    least: 20,
    composition: ['digit', 'symbol'],
    siteWords: [],
  })
})
