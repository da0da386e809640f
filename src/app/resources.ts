/** The app's things as the policy is asked about them. */
import type { Component, Endpoint } from './model.ts'

export function endpointResource({ name, group }: Pick<Endpoint, 'name' | 'group'>) {
  return { kind: 'endpoint', name, group } as const
}

/** A server function of a component. */
export function componentResource(component: Component, called: string) {
  return { kind: 'component', type: component.type, name: elementIdOf(component), function: called } as const
}

/** By which policies tell components of one type apart; empty where the app's author gave it none. */
export function elementIdOf({ props }: Pick<Component, 'props'>): string {
  const id = props['elem_id']
  return typeof id === 'string' ? id : ''
}
