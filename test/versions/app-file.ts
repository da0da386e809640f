/** The apps that all versions run. */
import path from 'node:path'

const folder = path.join(import.meta.dirname, '..', 'rig', 'apps')

export const appFile = path.join(folder, 'versions.py')
/** With functions that are rendered at run time. */
export const renderingFile = path.join(folder, 'rendering.py')
