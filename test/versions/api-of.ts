/** Where the routes of the version under test begin. */
import { versionUnderTest } from '../../scripts/gradio-versions.ts'

export const api = /^[34]\./.test(versionUnderTest()) ? '' : '/gradio_api'
