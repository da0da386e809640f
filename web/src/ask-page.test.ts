/** Who hears what a page's script asks: the page itself, or one of its origin that has it in a frame. */
import { afterEach, expect, test, vi } from 'vitest'
import { askPage, type Asked } from './ask-page.ts'

afterEach(() => vi.unstubAllGlobals())

/** A window in the one above it, the last of which is nobody's. `answer`: what it settles a question with. */
function makeView(parent?: object, answer?: string) {
  const target = new EventTarget()
  const view = { dispatchEvent: (event: Event) => target.dispatchEvent(event), document: {} }
  if (answer !== undefined)
    target.addEventListener('asked', (event) => {
      event.preventDefault()
      ;(event as CustomEvent<Asked<string>>).detail.settle(answer)
    })
  return Object.assign(view, { parent: parent ?? view })
}

const foreign = {
  get document(): Document {
    throw new DOMException('Blocked.', 'SecurityError')
  },
}

const ask = (view: object) => {
  vi.stubGlobal('window', view)
  return askPage('asked', {}, 'nobody')
}

test('a page that has somebody to answer asks no further', async () => {
  expect(await ask(makeView(makeView(undefined, 'above'), 'here'))).toBe('here')
})

test('a page in a frame asks the ones above it, up to another origin', async () => {
  const top = makeView(undefined, 'above')
  expect(await ask(makeView(top))).toBe('above')
  expect(await ask(makeView(makeView(top)))).toBe('above')
  expect(await ask(makeView(makeView(foreign, 'above')))).toBe('above')
  expect(await ask(makeView(foreign))).toBe('nobody')
  expect(await ask(makeView(makeView()))).toBe('nobody')
})
