/** A policy as an operator writes it, and a small app, for tests of the questions about policies. */
import { makeModel } from '../../src/app/make-model.ts'
import type { AppModel } from '../../src/app/model.ts'
import { makeConfig } from '../../src/config/make-config.ts'
import { readPolicySet } from '../../src/policy/load-policy.ts'
import type { PolicySet } from '../../src/policy/policy-set.ts'
import type { Role } from '../../src/policy/roles.ts'

/** What stands below `roles:`, one role a line. */
export function rolesFrom(...lines: readonly string[]): readonly Role[] {
  const text = ['upstream: http://127.0.0.1:7860', 'roles:', ...lines.map((line) => `  ${line}`)].join('\n')
  const surroundings = { cwd: '/work', home: '/home', env: {} }
  return makeConfig({ text, file: '/work/sekisho.yaml' }, {}, surroundings).roles
}

export function policyFrom(...lines: readonly string[]): Promise<PolicySet> {
  return readPolicySet({ roles: rolesFrom(...lines), files: [] })
}

/** Functions by name with their parameters; two pages; a file explorer. */
export function appWith(functions: Readonly<Record<string, readonly string[]>>): AppModel {
  const names = Object.keys(functions)
  const boxes = names.flatMap((name) => functions[name] ?? []).map((_, at) => box(at + 10))
  let next = 10
  const dependencies = names.map((name, id) => ({
    ...{ id, api_name: name, api_visibility: 'public', backend_fn: true, queue: true, connection: 'sse' },
    ...{ targets: [], outputs: [1], inputs: (functions[name] ?? []).map(() => next++) },
  }))
  const explorer = {
    ...{ id: 2, type: 'fileexplorer', skip_api: false, api_info: { type: 'string' } },
    props: { name: 'fileexplorer', elem_id: 'tree', server_fns: ['ls'] },
  }
  const config = {
    ...{
      version: '6.31.0',
      app_id: 1,
      pages: [
        ['', ''],
        ['admin', 'Admin'],
      ],
    },
    components: [box(1), explorer, ...boxes],
    dependencies,
  }
  const named = names.map(
    (name) =>
      [
        `/${name}`,
        {
          parameters: (functions[name] ?? []).map((parameter) => ({
            ...{ parameter_name: parameter, label: parameter, parameter_has_default: false },
            ...{ component: 'Textbox', type: { type: 'string' } },
          })),
          returns: [],
        },
      ] as const,
  )
  const info = { named_endpoints: Object.fromEntries(named), unnamed_endpoints: {} }
  const model = makeModel({ config, info })
  if (model === undefined) throw new TypeError('the app is as Gradio writes it')
  return model
}

function box(id: number) {
  return { id, type: 'textbox', props: { name: 'textbox' }, skip_api: false, api_info: { type: 'string' } }
}
