/** Checks of which files the app hands out and who else on the machine can read them. */
import { foundAt, unseen, type AppCheck } from '../check.ts'
import { probedFiles } from '../requests.ts'

export const fileReach: AppCheck = {
  id: 'file-reach',
  about: 'app',
  severity: 'high',
  what: 'The app hands out files that are none of its results.',
  why: 'Source, settings and credentials of the folder that the app runs in can be downloaded.',
  scenario: 6,
  owasp: ['A01:2025', 'API1:2023', 'ASVS 5.3.2'],
  remedy: 'Name single folders made for it in allowed_paths and gr.set_static_paths, never "." or "/".',
  find: ({ answers, front }) => {
    if (front !== 'app') return unseen('a login hides the files')
    return foundAt(probedFiles.filter((file) => answers.get(`file:${file}`)?.status === 200))
  },
}

const notHere = "the app's process can't be looked at from here"

export const sharedTempFolder: AppCheck = {
  id: 'shared-temp-folder',
  about: 'app',
  severity: 'medium',
  what: 'The app keeps its files in the folder that all Gradio apps of the machine share.',
  why: 'Every Gradio app hands out what lies in that folder: uploads and results of other apps as well.',
  scenario: 6,
  owasp: ['A01:2025', 'API1:2023', 'ASVS 8.4.1'],
  remedy: 'Give each app a folder of its own with the environment variable GRADIO_TEMP_DIR.',
  find: ({ process, config }) => {
    if (process?.environment !== undefined) {
      const { chosen, folder } = process.environment.temp
      return foundAt(chosen ? [] : [folder])
    }
    // From afar the paths of files in the configuration tell, if there are any.
    const told = /"path":"(\/tmp\/gradio)\//.exec(JSON.stringify(config?.components ?? []))
    return told?.[1] === undefined ? unseen(notHere) : foundAt([told[1]])
  },
}

export const openTempFolder: AppCheck = {
  id: 'open-temp-folder',
  about: 'app',
  severity: 'medium',
  what: "Other users of the machine can read the app's files.",
  why: 'Uploads and results lie there until they are cleaned up.',
  scenario: 6,
  owasp: ['A01:2025', 'ASVS 14.2.4'],
  remedy: 'Make the folder for its owner alone: chmod 700.',
  find: ({ process }) => {
    const temp = process?.environment?.temp
    if (temp?.mode === undefined) return unseen(notHere)
    const bits = (temp.mode & 0o777).toString(8).padStart(4, '0')
    return foundAt((temp.mode & 0o005) === 0 ? [] : [`${temp.folder} (mode ${bits})`])
  },
}

export const runsAsRoot: AppCheck = {
  id: 'runs-as-root',
  about: 'app',
  severity: 'medium',
  what: 'The app runs as root.',
  why: 'Whoever makes one function do what it should not has the whole machine.',
  scenario: 5,
  owasp: ['A02:2025', 'ASVS 13.2.2'],
  remedy: 'Run it as a user of its own that owns nothing else.',
  find: ({ process }) => {
    if (process === undefined) return unseen(notHere)
    return foundAt(process.uid === 0 ? [`process ${String(process.pid)}`] : [])
  },
}
