/** Checks of the app's functions: who may call them, and whom they mix up. */
import { nameButton, nameComponent, type AppConfig, type AppFunction } from '../app-config.ts'
import { foundAt, unseen, type AppCheck } from '../check.ts'
import { inConfig } from './in-config.ts'

const named = (list: readonly AppFunction[]) =>
  list.map(({ name, id }) => (name === '' ? `no. ${String(id)}` : name))

export const privateFunctions: AppCheck = {
  id: 'private-functions',
  about: 'app',
  severity: 'medium',
  what: 'Functions are called private and can be called by everybody who reaches the app.',
  why: 'Gradio leaves a private function out of its documentation; that is all it does.',
  scenario: 2,
  owasp: ['A01:2025', 'API5:2023', 'ASVS 8.2.1'],
  remedy:
    'Check rights inside the function, or refuse it at the gate; rely on no api_visibility or api_name=False.',
  find: (seen) =>
    inConfig(seen, ({ functions }) =>
      named(functions.filter((one) => one.onServer && one.visibility === 'private')),
    ),
}

export const hiddenFunctions: AppCheck = {
  id: 'hidden-functions',
  about: 'app',
  severity: 'medium',
  what: 'Functions belong to a hidden part of the page.',
  why: 'Hidden is only not drawn: every visitor gets the part and can call what belongs to it.',
  scenario: 2,
  owasp: ['A01:2025', 'API5:2023', 'ASVS 8.3.1'],
  remedy: 'Move what only some may use to an app of its own, or check rights inside the function.',
  find: (seen) => inConfig(seen, (config) => named(findHidden(config))),
}

function findHidden({ functions, hidden }: AppConfig): readonly AppFunction[] {
  return functions.filter((one) => one.onServer && one.triggers.some((id) => hidden.has(id)))
}

export const unnamedFunctions: AppCheck = {
  id: 'unnamed-functions',
  about: 'app',
  severity: 'low',
  what: 'Public functions have no name of their own.',
  why: 'Names like lambda_1 move when the app changes, so a rule about one may come to mean another.',
  scenario: 2,
  owasp: ['API9:2023', 'ASVS 8.1.1'],
  remedy: 'Give every event a name with api_name="…".',
  find: (seen) =>
    inConfig(seen, ({ functions }) =>
      named(
        functions.filter(
          (one) =>
            one.onServer &&
            one.visibility === 'public' &&
            /^(?:|lambda(?:_\d+)?|unnamed(?:_\d+)?)$/.test(one.name),
        ),
      ),
    ),
}

export const batchFunctions: AppCheck = {
  id: 'batch-functions',
  about: 'app',
  severity: 'medium',
  what: 'Functions work on the inputs of several users at once.',
  why: 'Inputs of several users meet in one call, and what that call says about who asks is not true of all of them.',
  scenario: 3,
  owasp: ['A01:2025', 'API1:2023', 'ASVS 8.2.2'],
  remedy: 'Use batch=False for functions that look at who asks, or whose inputs must not meet.',
  find: (seen) =>
    inConfig(seen, ({ functions }) => named(functions.filter((one) => one.onServer && one.batch))),
}

/** `@gr.cache` and `gr.Cache()` by the names that a source has for them, with their arguments (gradio/caching.py 6.31). */
function cacheCalls(text: string): RegExp {
  const names = Array.from(text.matchAll(/^\s*import gradio as (\w+)/gm), ([, name = '']) => name)
  const isImported = /^\s*from gradio(?:\.caching)? import (?:\([^)]*|[^\n]*)\b[Cc]ache\b/m.test(text)
  const own = isImported ? String.raw`|@cache\b|(?<![\w.])Cache(?=\()` : ''
  const args = String.raw`(\((?:[^()]|\([^()]*\))*\))?`
  return new RegExp(
    String.raw`(?:\b(?:${['gr', 'gradio', ...names].join('|')})\.[Cc]ache\b${own})${args}`,
    'g',
  )
}

function isComment(text: string, at: number): boolean {
  return text.slice(text.lastIndexOf('\n', at) + 1, at).includes('#')
}

export const cachedFunctions: AppCheck = {
  id: 'cached-functions',
  about: 'app',
  severity: 'medium',
  what: 'A cache of answers is common to all users.',
  why: 'Who gives the same input gets the answer that was made for somebody else, and learns that it was asked.',
  scenario: 3,
  owasp: ['A01:2025', 'API1:2023', 'ASVS 8.2.2'],
  remedy: 'Use gr.cache(per_session=True), or no cache where answers differ between users.',
  find: ({ process }) => {
    if (process === undefined || process.sources.length === 0) {
      return unseen("the app's source can't be read from here")
    }
    return foundAt(process.sources.flatMap(({ name, text }) => findCaches(name, text)))
  },
}

function findCaches(name: string, text: string): readonly string[] {
  return Array.from(text.matchAll(cacheCalls(text)))
    .filter(({ index, 1: call = '' }) => !isComment(text, index) && !/per_session\s*=\s*True/.test(call))
    .map(({ index }) => `${name}:${String(text.slice(0, index).split('\n').length)}`)
}

export const fileExplorers: AppCheck = {
  id: 'file-explorer',
  about: 'app',
  severity: 'medium',
  what: "The app shows folders of the server's disk.",
  why: 'A FileExplorer lists names to everybody who reaches the app, also when it is hidden.',
  scenario: 6,
  owasp: ['A01:2025', 'API1:2023', 'ASVS 5.3.2'],
  remedy: 'Point root_dir at a folder made for it, and put what only some may see into an app of its own.',
  find: (seen) =>
    inConfig(seen, ({ components }) =>
      components.filter(({ type }) => type === 'fileexplorer').map(nameComponent),
    ),
}

// A LoginButton tells itself by this property (gradio/components/login_button.py 6.31).
export const oauthOutsideSpaces: AppCheck = {
  id: 'oauth-outside-spaces',
  about: 'app',
  severity: 'high',
  what: "The app uses Gradio's OAuth outside Hugging Face Spaces.",
  why: 'Outside Spaces Gradio puts a stand-in in its place, which proves nothing about who asks.',
  scenario: 4,
  owasp: ['A07:2025', 'API2:2023', 'ASVS 6.8.2'],
  remedy: 'Remove the LoginButton and let the gate say who asks, or run the app on Spaces.',
  find: (seen) => {
    const { config, process } = seen
    const isReal = config?.spaceId !== undefined || process?.environment?.onSpaces === true
    return inConfig(seen, ({ components }) =>
      isReal ? [] : components.filter(({ props }) => Object.hasOwn(props, 'logout_value')).map(nameButton),
    )
  },
}
