/** The versions of Gradio that `npm run test:versions` tries, newest first. */
import { setUpGradio, setUpGradioVersion, type GradioEnvironment } from './setup-gradio.ts'

export const gradioVersions = ['6.31.0', '6.0.2', '5.50.0', '5.0.2', '4.44.1', '3.50.2'] as const
export type GradioVersion = (typeof gradioVersions)[number]

/** What all other tests run on. */
const usual: GradioVersion = '6.31.0'

export function setUpVersion(version: GradioVersion): Promise<GradioEnvironment> {
  return version === usual ? setUpGradio('rig') : setUpGradioVersion(version)
}

/** Which one a test is to run on: set by scripts/test-versions.ts. */
export function versionUnderTest(env: NodeJS.ProcessEnv = process.env): GradioVersion {
  const wanted = env['SEKISHO_TEST_GRADIO'] ?? usual
  const found = gradioVersions.find((version) => version === wanted)
  if (found === undefined) throw new TypeError(`SEKISHO_TEST_GRADIO is one of ${gradioVersions.join(', ')}`)
  return found
}
