/** What counts as done by the person, in which of an app's windows. */
import { afterEach, expect, test, vi } from 'vitest'
import { passDeedsOn, watchDeeds } from './own-deeds.ts'

const bar = new EventTarget()

/** Events that a script makes are never trusted: the window hands these to its listeners itself. */
function makeWindow() {
  const view = new EventTarget()
  const listeners: [kind: string, tell: (event: Event) => void][] = []
  const listen = (kind: string, tell: (event: Event) => void) => {
    listeners.push([kind, tell])
    view.addEventListener(kind, tell)
  }
  const happen = (
    kind: string,
    path: readonly EventTarget[] = [],
    isTrusted = true,
    target: EventTarget | null = null,
  ) => {
    const event = { type: kind, isTrusted, target, composedPath: () => path } as Event
    for (const [wanted, tell] of listeners) if (wanted === kind) tell(event)
  }
  return { view, happen, start: (begin: () => void) => within(listen, begin) }
}

function within(listen: object, begin: () => void): void {
  vi.stubGlobal('addEventListener', listen)
  begin()
}

afterEach(() => vi.unstubAllGlobals())

function watchPage() {
  const [page, tell] = [makeWindow(), vi.fn()]
  page.start(() => watchDeeds(bar, tell))
  return { ...page, tell }
}

test.each(['pointerdown', 'click', 'keydown', 'drop'])('%s in the app is a deed', (kind) => {
  const { happen, tell } = watchPage()
  happen(kind)
  expect(tell).toHaveBeenCalledTimes(1)
})

test('a file that is chosen is a deed, and no other change: a script’s click on a checkbox makes one, too', () => {
  const { happen, tell } = watchPage()
  const change = (type?: string) => happen('change', [], true, Object.assign(new EventTarget(), { type }))
  for (const type of ['checkbox', 'text', undefined]) change(type)
  expect(tell).not.toHaveBeenCalled()
  change('file')
  expect(tell).toHaveBeenCalledTimes(1)
})

test('what is done in the bar is none, and neither is what a script makes up or what only passes by', () => {
  const { happen, tell } = watchPage()
  for (const kind of ['pointerdown', 'click', 'keydown']) happen(kind, [new EventTarget(), bar])
  happen('click', [], false)
  happen('pointermove')
  happen('focus')
  expect(tell).not.toHaveBeenCalled()
})

test('what is done in a page in a frame is a deed in the one above, and what its scripts make up is none', () => {
  const [page, frame] = [watchPage(), makeWindow()]
  frame.start(() => passDeedsOn(page.view))
  frame.happen('drop', [], false)
  expect(page.tell).not.toHaveBeenCalled()
  frame.happen('drop')
  expect(page.tell).toHaveBeenCalledTimes(1)
})
