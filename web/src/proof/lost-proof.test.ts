/** Which pages are marked while proofs are refused in some of them, and what whoever shows it hears. */
import { afterEach, expect, test, vi } from 'vitest'
import { markLost, whenLost } from './lost-proof.ts'

afterEach(() => vi.unstubAllGlobals())

const mark = 'data-sekisho-unproven'

/** As much of an element as has attributes. */
class Root {
  readonly #attributes = new Map<string, string>()
  changed: () => void = () => undefined

  getAttribute(name: string): string | null {
    return this.#attributes.get(name) ?? null
  }

  hasAttribute(name: string): boolean {
    return this.#attributes.has(name)
  }

  setAttribute(name: string, value: string): void {
    this.#attributes.set(name, value)
    this.changed()
  }

  removeAttribute(name: string): void {
    if (this.#attributes.delete(name)) this.changed()
  }
}

/** A window in the one above it, or of nobody's. */
function makeView(parent?: object) {
  const view = { document: { documentElement: new Root() } }
  return Object.assign(view, { parent: parent ?? view })
}

type View = ReturnType<typeof makeView>

function tell(view: View, lost: boolean): void {
  vi.stubGlobal('window', view)
  markLost(lost)
}

const marked = (...views: readonly View[]) =>
  views.map(({ document }) => document.documentElement.hasAttribute(mark))

test('a page is marked as long as it, or one in its frames, lacks proof', () => {
  const top = makeView()
  const [one, other] = [makeView(top), makeView(top)]
  const all = () => marked(top, one, other)
  expect(all()).toEqual([false, false, false])
  tell(one, true)
  expect(all()).toEqual([true, true, false])
  tell(top, true)
  tell(other, true)
  expect(all()).toEqual([true, true, true])
  tell(one, false)
  expect(all()).toEqual([true, false, true])
  tell(other, false)
  expect(all()).toEqual([true, false, false])
  tell(top, false)
  expect(all()).toEqual([false, false, false])
})

test('whoever shows it hears of it now and at every change, and not of how many pages it is', () => {
  const top = makeView()
  const { documentElement: root } = top.document
  class Observer {
    constructor(tellChange: () => void) {
      root.changed = tellChange
    }

    observe(): void {
      // What is observed is there already.
    }
  }
  vi.stubGlobal('document', top.document)
  vi.stubGlobal('MutationObserver', Observer)
  const heard: boolean[] = []
  whenLost((lost) => heard.push(lost))
  expect(heard).toEqual([false])
  for (const view of [top, makeView(top)]) tell(view, true)
  expect(heard).toEqual([false, true])
  for (const view of [makeView(top), top]) tell(view, false)
  expect(heard).toEqual([false, true, false])
})
