/** Cuts descriptions of the API down to a plan: `/info`, OpenAPI, and what MCP calls tools, resources and prompts. */
import type { Endpoint } from '../app/model.ts'
import { isJsonList, isJsonObject, type Json, type JsonObject } from '../kit/json.ts'
import { without } from '../kit/map-json.ts'
import type { ViewTrouble } from './filter-config.ts'
import { isPasswordBox, type ViewPlan } from './plan.ts'
import type { Composite } from './read-answer.ts'

/** `{named_endpoints: {"/name": …}, unnamed_endpoints: {}}` (gradio/blocks.py 6.31, get_api_info). */
export function filterInfo(info: JsonObject, plan: ViewPlan): JsonObject | ViewTrouble {
  const named = info['named_endpoints']
  if (!isJsonObject(named)) return 'unknown-form'
  const kept: [string, JsonObject][] = []
  for (const [path, described] of Object.entries(named)) {
    if (!isJsonObject(described)) return 'unknown-form'
    const endpoint = shown(path.replace(/^\//, ''), plan)
    if (endpoint !== undefined) kept.push([path, blankDefaults(described, endpoint)])
  }
  // Always empty in Gradio 5 and 6; in what has no name nothing could be looked up.
  return { ...info, named_endpoints: Object.fromEntries(kept), unnamed_endpoints: {} }
}

/** Paths for each endpoint, and one for uploads (gradio/routes.py 6.31, openapi_schema). */
export function filterOpenApi(schema: JsonObject, plan: ViewPlan): JsonObject | ViewTrouble {
  const paths = schema['paths']
  if (!isJsonObject(paths)) return 'unknown-form'
  const kept = Object.entries(paths).filter(([path]) => {
    if (path === '/gradio_api/upload') return true
    const name = /^\/gradio_api\/call\/(?:v2\/([^/]+)|([^/]+)\/\{event_id\})$/.exec(path)
    return name !== null && shown(name[1] ?? name[2] ?? '', plan) !== undefined
  })
  return { ...schema, paths: Object.fromEntries(kept) }
}

/** The list of `mcp/schema`; `{}` while there is none (gradio/mcp.py 6.31, get_complete_schema). */
export function filterMcpSchema(schema: Composite, plan: ViewPlan): Composite | ViewTrouble {
  if (isJsonList(schema)) return filterTools(schema, plan)
  return Object.keys(schema).length === 0 ? schema : 'unknown-form'
}

const mcpLists = ['tools', 'resources', 'resourceTemplates', 'prompts'] as const

/** The answer to `tools/list` and its like (MCP 2025-06-18); without a plan, nothing is listed. */
export function filterMcpAnswer(message: JsonObject, plan: ViewPlan | undefined): JsonObject {
  const result = message['result']
  if (!isJsonObject(result)) return message
  const lists = mcpLists.flatMap((name): [string, Json][] => {
    const listed = result[name]
    if (!isJsonList(listed)) return []
    return [[name, plan === undefined ? [] : filterTools(listed, plan)]]
  })
  return lists.length === 0 ? message : { ...message, result: { ...result, ...Object.fromEntries(lists) } }
}

/** All that MCP lists is named by the tool's name (gradio/mcp.py 6.31, tool_to_endpoint). */
function filterTools(listed: readonly Json[], plan: ViewPlan): readonly Json[] {
  return listed.flatMap((tool) => {
    const name = isJsonObject(tool) ? tool['name'] : undefined
    const endpoint = typeof name === 'string' ? shown(plan.model.tools.get(name), plan) : undefined
    return endpoint === undefined || !isJsonObject(tool) ? [] : [blankToolDefaults(tool, endpoint)]
  })
}

function shown(name: string | undefined, plan: ViewPlan): Endpoint | undefined {
  return name !== undefined && plan.names.has(name) ? plan.model.byName.get(name) : undefined
}

/** What stands in a password box is the parameter's default too, and examples of calls are written with it. */
function secretParameters({ parameters, inputs }: Endpoint): ReadonlySet<string> {
  return new Set(
    parameters.flatMap(({ name, slot }) => {
      const input = inputs[slot]
      return input === undefined || isPasswordBox(input) ? [name] : []
    }),
  )
}

/** A box that is empty at first says nothing, and need not be filled in. */
function isSaid(value: Json | undefined): boolean {
  return value !== undefined && value !== null && value !== ''
}

function blankDefaults(described: JsonObject, endpoint: Endpoint): JsonObject {
  const parameters = described['parameters']
  const secret = secretParameters(endpoint)
  if (secret.size === 0 || !isJsonList(parameters)) return described
  const isSecret = (one: Json): one is JsonObject =>
    isJsonObject(one) &&
    typeof one['parameter_name'] === 'string' &&
    secret.has(one['parameter_name']) &&
    isSaid(one['parameter_default'])
  if (!parameters.some(isSecret)) return described
  return {
    ...described,
    parameters: parameters.map((one) =>
      isSecret(one) ? { ...one, parameter_has_default: false, parameter_default: null } : one,
    ),
    // By language; the page shows none where there is none (ApiDocs of Gradio 6.31).
    ...(described['code_snippets'] !== undefined && { code_snippets: {} }),
  }
}

function blankToolDefaults(tool: JsonObject, endpoint: Endpoint): JsonObject {
  const input = tool['inputSchema']
  const properties = isJsonObject(input) ? input['properties'] : undefined
  const secret = secretParameters(endpoint)
  if (secret.size === 0 || !isJsonObject(input) || !isJsonObject(properties)) return tool
  const blanked = Object.entries(properties).map(([name, one]): [string, Json] => [
    name,
    secret.has(name) && isJsonObject(one) && isSaid(one['default']) ? without(one, 'default') : one,
  ])
  return { ...tool, inputSchema: { ...input, properties: Object.fromEntries(blanked) } }
}
