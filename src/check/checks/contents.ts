/** Checks of what the app tells and shows to every visitor. */
import { nameButton, nameComponent, type AppComponent, type AppConfig } from '../app-config.ts'
import type { AppCheck } from '../check.ts'
import { findSecrets } from '../../disclosure/secrets.ts'
import { inConfig } from './in-config.ts'

export const secretsInConfig: AppCheck = {
  id: 'secrets-in-config',
  about: 'app',
  severity: 'high',
  what: 'Secrets stand in the configuration that every visitor gets.',
  why: 'Default values, placeholders, choices and scripts travel to every browser, also of hidden parts.',
  scenario: 6,
  owasp: ['A02:2025', 'API3:2023', 'ASVS 13.3.1'],
  remedy: 'Take the value out of the app, read it on the server only, and replace it: it has been published.',
  find: (seen) =>
    inConfig(seen, ({ components, others }) => [...components.flatMap(secretsOf), ...secretsIn(others)]),
}

function secretsOf(component: AppComponent): readonly string[] {
  const { type, props } = component
  const name = nameComponent(component)
  const { value } = props
  const found =
    type === 'textbox' && props['type'] === 'password' && typeof value === 'string' && value !== ''
      ? [`${name}: a password box with a value`]
      : []
  // `secret` of a BrowserState is made by Gradio for the browser that gets it.
  const { secret: _secret, ...others } = props
  const kinds = secretsIn(type === 'browserstate' ? others : props)
  return [...found, ...kinds.map((kind) => `${name}: ${kind}`)]
}

function secretsIn(contents: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(contents).flatMap(([key, content]) =>
    findSecrets(JSON.stringify(content) ?? '').map((kind) => `${kind} in ${key.slice(0, 40)}`),
  )
}

export const hiddenValues: AppCheck = {
  id: 'hidden-values',
  about: 'app',
  severity: 'low',
  what: 'Hidden parts of the page carry values.',
  why: 'What is hidden is sent to every visitor all the same.',
  scenario: 6,
  owasp: ['A01:2025', 'API3:2023', 'ASVS 8.2.3'],
  remedy: 'Leave the value out, and return it from a function when it is needed.',
  find: (seen) =>
    inConfig(seen, (config) =>
      config.components.filter((one) => isHiddenValue(one, config)).map(nameComponent),
    ),
}

/** Buttons and headings carry their own words as value; those are no content. */
const contentTypes = new Set([
  'textbox',
  'number',
  'json',
  'code',
  'dataframe',
  'file',
  'markdown',
  'html',
  'chatbot',
])

function isHiddenValue({ id, type, props }: AppComponent, { hidden }: AppConfig): boolean {
  if (!contentTypes.has(type) || !(hidden.has(id) || props['visible'] === false)) return false
  // An empty table comes as one with nameless columns.
  return type !== 'dataframe' && !isEmpty(props['value'])
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === 0) return true
  if (Array.isArray(value)) return value.every(isEmpty)
  return typeof value === 'object' && Object.keys(value).length === 0
}

export const rawHtml: AppCheck = {
  id: 'raw-html',
  about: 'app',
  severity: 'medium',
  what: 'Functions write HTML into the page that nobody cleans.',
  why: 'If an input reaches such an output, it runs as a script in the browser of whoever sees it.',
  scenario: 5,
  owasp: ['A05:2025', 'ASVS 1.2.1', 'ASVS 1.3.1'],
  remedy: 'Leave sanitize_html on; escape every input with html.escape before it goes into gr.HTML.',
  find: (seen) => inConfig(seen, findRawHtml),
}

function findRawHtml({ components, functions }: AppConfig): readonly string[] {
  const outputs = new Set(functions.filter(({ onServer }) => onServer).flatMap((one) => one.outputs))
  return components
    .filter(({ id }) => outputs.has(id))
    .filter(({ type, props }) => type === 'html' || props['sanitize_html'] === false)
    .map(nameComponent)
}

export const errorText: AppCheck = {
  id: 'error-text',
  about: 'app',
  severity: 'medium',
  what: 'The text of every error goes to the browser (show_error).',
  why: 'Errors name paths, addresses, queries and sometimes passwords.',
  scenario: 6,
  owasp: ['A10:2025', 'API8:2023', 'ASVS 16.5.1'],
  remedy:
    'Pass show_error=False to launch or mount_gradio_app, and raise gr.Error for what users should read.',
  find: (seen) => inConfig(seen, ({ showError }) => (showError ? ['show_error is on'] : [])),
}

// A DeepLinkButton tells itself by this property (gradio/components/deep_link_button.py 6.31).
export const deepLinks: AppCheck = {
  id: 'deep-links',
  about: 'app',
  severity: 'low',
  what: 'The app makes links to the state of a page.',
  why: 'Whoever has the link gets what stood in the fields, and it is kept on the disk.',
  scenario: 3,
  owasp: ['A01:2025', 'API1:2023', 'ASVS 14.2.1'],
  remedy: 'Remove the DeepLinkButton where fields hold what others should not read.',
  find: (seen) =>
    inConfig(seen, ({ components }) =>
      components.filter(({ props }) => Object.hasOwn(props, 'copied_value')).map(nameButton),
    ),
}

const uploading = new Set([
  'file',
  'uploadbutton',
  'image',
  'imageeditor',
  'audio',
  'video',
  'gallery',
  'model3d',
  'multimodaltextbox',
])

export const unlimitedUploads: AppCheck = {
  id: 'unlimited-uploads',
  about: 'app',
  severity: 'low',
  what: 'Uploads may be of any size.',
  why: 'A few requests fill the disk, and with it the machine.',
  scenario: 5,
  owasp: ['API4:2023', 'ASVS 5.2.1'],
  remedy:
    'Pass max_file_size="100mb" or less to launch or mount_gradio_app. The gate has a limit of its own (limits.upload).',
  find: (seen) =>
    inConfig(seen, (config) =>
      // The gate measures uploads whatever the app allows.
      config.maxFileSize !== undefined || seen.gated
        ? []
        : findUploads(config).slice(0, 3).map(nameComponent),
    ),
}

/** What only shows results takes no uploads unless told to (js/core/src/init.ts 6.31). */
function findUploads({ components, functions }: AppConfig): readonly AppComponent[] {
  const inputs = new Set(functions.flatMap((one) => one.inputs))
  const outputs = new Set(functions.flatMap((one) => one.outputs))
  const isResult = (id: number) => outputs.has(id) && !inputs.has(id)
  return components.filter(({ id, type, props }) => {
    const { interactive } = props
    return uploading.has(type) && (interactive === true || (interactive !== false && !isResult(id)))
  })
}
