/** Makes elements without HTML strings, which Trusted Types in an app would refuse. */

type Child = Node | string

export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>>,
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  element.append(...children)
  return element
}

export function makeButton(look: 'main' | 'quiet', text: string): HTMLButtonElement {
  return make('button', { class: look, type: 'button' }, text)
}

/** A drawing. */
export function makeIcon(viewBox: string, ...paths: readonly string[]): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('viewBox', viewBox)
  svg.setAttribute('aria-hidden', 'true')
  for (const path of paths) {
    const drawn = document.createElementNS('http://www.w3.org/2000/svg', 'path')
    drawn.setAttribute('d', path)
    svg.append(drawn)
  }
  return svg
}
