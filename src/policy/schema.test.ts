/** The schema and the list of actions are two spellings of one thing. */
import { readFileSync } from 'node:fs'
import { schemaToJson } from '@cedar-policy/cedar-wasm/nodejs'
import { describe, expect, it } from 'vitest'
import { actions } from '../catalog/actions.ts'
import { principalTypes, resourceTypes } from './entities.ts'

const answer = schemaToJson(readFileSync(new URL('gate.cedarschema', import.meta.url), 'utf8'))
if (answer.type === 'failure') throw new TypeError('the schema does not parse')
const gate = answer.json['Sekisho']
const declared = Object.entries(gate?.actions ?? {})
const groups = ['never', 'ownSession', 'public', 'useApp', 'useAppIfGranted']

describe('gate.cedarschema', () => {
  it('declares exactly the actions of the catalogue, besides the groups', () => {
    const names = declared.map(([name]) => name)
    expect(names.sort()).toEqual([...actions, ...groups].sort())
  })

  it('puts every action into exactly one group', () => {
    for (const [name, { memberOf, appliesTo }] of declared) {
      if (groups.includes(name)) {
        expect(appliesTo?.principalTypes, name).toEqual([])
      } else {
        expect(memberOf?.length, name).toBe(1)
        expect(groups, name).toContain(memberOf?.[0]?.id)
      }
    }
  })

  it('lets strangers ask for the groups public and never only', () => {
    for (const [name, { memberOf, appliesTo }] of declared) {
      const group = memberOf?.[0]?.id ?? ''
      expect(appliesTo?.principalTypes.includes('Nobody') ?? false, name).toBe(
        ['public', 'never'].includes(group),
      )
    }
  })

  it('knows the principals and resources by the names that the engine uses', () => {
    const meant = new Set(declared.flatMap(([, { appliesTo }]) => appliesTo?.principalTypes ?? []))
    expect([...meant].sort()).toEqual(Object.values(principalTypes).sort())
    const things = new Set(declared.flatMap(([, { appliesTo }]) => appliesTo?.resourceTypes ?? []))
    expect([...things].sort()).toEqual(Object.values(resourceTypes).sort())
    expect(gate?.entityTypes['Nobody']).toEqual({ enum: ['stranger'] })
  })

  it('has a token inside the user whose it is', () => {
    expect(gate?.entityTypes['Token']).toMatchObject({ memberOfTypes: ['User', 'Role'] })
  })
})
