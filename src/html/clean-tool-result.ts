/** HTML in what a tool gives back by MCP: one text for each output, without its component. */
import { isJsonList, isJsonObject, type Json, type JsonObject } from '../kit/json.ts'
import { mapList, mapObject } from '../kit/map-json.ts'
import type { OutputCleaners } from './output-cleaners.ts'

export function cleanToolResult(message: JsonObject, cleaners: OutputCleaners): JsonObject {
  return mapObject(message, (result, key) => {
    if (key !== 'result' || !isJsonObject(result)) return result
    return mapObject(result, (one, name) => {
      // The same again, where the tool says `structured_output` (gradio/mcp.py 6.31, call_tool).
      if (name === 'structuredContent' && isJsonObject(one))
        return mapObject(one, (inner) => cleanContent(inner, cleaners))
      return name === 'content' ? cleanContent(one, cleaners) : one
    })
  })
}

function cleanContent(content: Json, cleaners: OutputCleaners): Json {
  if (!isJsonList(content)) return content
  const isText = (item: Json) => isJsonObject(item) && item['type'] === 'text'
  const count = content.filter(isText).length
  let place = 0
  return mapList(content, (item) => {
    if (!isJsonObject(item) || !isText(item)) return item
    const cleaner = cleaners.ofText(place++, count)
    return mapObject(item, (one, key) => (key === 'text' && cleaner !== undefined ? cleaner(one) : one))
  })
}
