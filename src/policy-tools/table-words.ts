/** The words of the table "who may call what", in both languages. */
import type { Language } from '../contract/contract.ts'
import type { SectionName } from './call-table.ts'

export interface TableWords {
  readonly title: string
  readonly caption: string
  readonly guest: string
  readonly noRole: string
  readonly token: string
  readonly role: string
  readonly user: string
  readonly yes: string
  readonly no: string
  /** Followed by the numbers of conditions. */
  readonly depends: string
  readonly of: string
  readonly others: (count: number) => string
  readonly conditions: string
  readonly madeAt: string
  /** Between conditions all of which must hold. */
  readonly then: string
  readonly what: string
  readonly sections: Readonly<Record<SectionName, string>>
  readonly deeds: Readonly<Record<string, string>>
}

export const tableWords: Readonly<Record<Language, TableWords>> = {
  en: {
    title: 'Who may call what',
    caption: 'Whatever is not granted is refused.',
    guest: 'guest',
    noRole: 'user without role',
    token: 'token without role',
    role: 'role',
    user: 'user',
    yes: 'yes',
    no: 'no',
    depends: 'if',
    of: 'part of',
    others: (count) => `and ${String(count)} more of its group`,
    conditions: 'Conditions',
    madeAt: 'Made',
    then: '; ',
    what: 'What',
    sections: { functions: 'Functions', pages: 'Pages', components: 'Components', other: 'Other' },
    deeds: {
      upload: 'upload files',
      deep_links: 'make deep links',
      mcp: 'use MCP',
      monitoring: 'read the monitoring',
    },
  },
  ja: {
    title: '誰が何を呼び出せるか',
    caption: '許可されていないものはすべて拒否されます。',
    guest: 'ゲスト',
    noRole: 'ロールのないユーザー',
    token: 'ロールのないトークン',
    role: 'ロール',
    user: 'ユーザー',
    yes: '可',
    no: '不可',
    depends: '条件',
    of: 'グループ:',
    others: (count) => `ほか同じグループの ${String(count)} 件`,
    conditions: '条件',
    madeAt: '作成日時',
    then: '、かつ',
    what: '対象',
    sections: { functions: '関数', pages: 'ページ', components: 'コンポーネント', other: 'その他' },
    deeds: {
      upload: 'ファイルのアップロード',
      deep_links: 'ディープリンクの作成',
      mcp: 'MCP の利用',
      monitoring: 'モニタリングの閲覧',
    },
  },
}
