/** Whether the app's page shows the verdict of a validator beside an input: since Gradio 5.45 (its CHANGELOG). */

export function knowsValidators(version: string): boolean {
  const [, major = '', minor = ''] = /^(\d+)\.(\d+)/.exec(version) ?? []
  return Number(major) > 5 || (Number(major) === 5 && Number(minor) >= 45)
}
