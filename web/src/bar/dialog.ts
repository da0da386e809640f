/** A dialog of the gate's over the app's page, of which nothing is touched, so that nothing typed is lost. */
import { make, makeIcon } from '../make.ts'
import { markPath, markViewBox } from './mark.ts'

export interface BarDialog {
  readonly element: HTMLDialogElement
  readonly title: HTMLHeadingElement
  readonly text: HTMLParagraphElement
}

/** `more` stands below the text. */
export function makeDialog(id: string, ...more: readonly HTMLElement[]): BarDialog {
  // Takes the focus: an Enter meant for the page must not press anything.
  const title = make('h2', { id, tabindex: '-1', autofocus: '' })
  const text = make('p', { id: `${id}-text` })
  const labels = { 'aria-labelledby': title.id, 'aria-describedby': text.id }
  const element = make('dialog', labels, makeIcon(markViewBox, markPath), title, text, ...more)
  return { element, title, text }
}

/** One that isn't in the document can't be modal until it is put back. */
export function showDialog(dialog: HTMLDialogElement): void {
  if (dialog.open) return
  if (dialog.isConnected) dialog.showModal()
  else dialog.open = true
}

/** After it was taken out of the document and put back: it loses its modality on the way. */
export function restoreDialog(dialog: HTMLDialogElement): void {
  if (!dialog.open) return
  dialog.close()
  dialog.showModal()
}
