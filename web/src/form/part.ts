/** Finds the parts of a page that its script works with. */

export function part<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id)
  if (!(found instanceof type)) throw new TypeError(`The page has no ${id}.`)
  return found
}
