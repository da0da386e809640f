/** Which components' values are files: Gradio's own by type, others by the schema that they declare. */
import { isJsonObject, type Json } from '../kit/json.ts'
import { valuesIn } from '../kit/values-in.ts'

/**
 * Components whose `data_model` has FileData in it (gradio/components 6.31.0: annotated_image.py, audio.py, chatbot.py,
 * download_button.py, file.py, gallery.py, image.py, image_editor.py, imageslider.py, model3d.py, multimodal_textbox.py,
 * upload_button.py, video.py; _simple_templates/simpleimage.py), and the dataset, whose samples are values of others.
 */
const fileTypes: ReadonlySet<string> = new Set([
  'annotatedimage',
  'audio',
  'chatbot',
  'dataset',
  'downloadbutton',
  'file',
  'gallery',
  'image',
  'imageeditor',
  'imageslider',
  'model3d',
  'multimodaltextbox',
  'simpleimage',
  'uploadbutton',
  'video',
])

/**
 * Types whose values are whatever somebody wrote: a FileData among them says nothing of where it came from, even if a
 * schema mentions one.
 */
const freeTypes: ReadonlySet<string> = new Set([
  'api',
  'browserstate',
  'code',
  'dataframe',
  'html',
  'json',
  'markdown',
  'number',
  'paramviewer',
  'state',
  'textbox',
])

export function holdsFiles(type: string, schemas: readonly (Json | undefined)[]): boolean {
  if (fileTypes.has(type)) return true
  return !freeTypes.has(type) && schemas.some((schema) => schema !== undefined && mentionsFileData(schema))
}

/** What pydantic writes for FileData: `meta` with the constant, or a default that is one. */
function mentionsFileData(schema: Json): boolean {
  return valuesIn(schema).some(
    (value) =>
      isJsonObject(value) && (value['const'] === 'gradio.FileData' || value['_type'] === 'gradio.FileData'),
  )
}
