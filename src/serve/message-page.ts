/** Pages for a person whose request was refused: built by web/, filled with the constant texts of the refusal table. */
import type { Language } from '../contract/contract.ts'
import type { WebFiles } from './web-files.ts'

const titles: Readonly<Record<Language, (status: number) => string>> = {
  en: (status) => (status === 404 ? 'Nothing here' : status === 403 ? 'No access' : 'That did not work'),
  ja: (status) =>
    status === 404 ? 'ページがありません' : status === 403 ? 'アクセスできません' : '処理できませんでした',
}

/** 502 pages come back by themselves once the app answers again. */
export function makeMessagePage(
  web: Pick<WebFiles, 'pages'>,
): (language: Language, status: number, text: string) => Uint8Array {
  const read = (name: string) => web.pages.get(name)?.encoded['identity']?.toString('utf8') ?? '{{text}}'
  const templates = { en: read('message.en.html'), ja: read('message.ja.html') }
  const unavailable = { en: read('unavailable.en.html'), ja: read('unavailable.ja.html') }
  return (language, status, text) => {
    if (status === 502) return Buffer.from(unavailable[language])
    const filled = templates[language]
      .replaceAll('{{title}}', titles[language](status))
      .replaceAll('{{text}}', text)
    return Buffer.from(filled)
  }
}
