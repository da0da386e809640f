/** What can be done through the gate: the closed list of actions, which are also the Cedar action ids. */

export const actions = [
  // The app
  'viewPage',
  'readConfig',
  'readSchema',
  'loadAsset',
  'checkLiveness',
  'readIdentity',
  'callFunction',
  'openStream',
  'cancelEvent',
  'feedEvent',
  'holdSession',
  'exportState',
  'uploadFile',
  'watchUpload',
  'readFile',
  'readMedia',
  'callComponent',
  'processRecording',
  // The app, only where a policy grants it by name
  'useMcp',
  'readOthersFile',
  'readMonitoring',
  // What browsers fetch without credentials
  'loadPublicAsset',
  // The gate itself
  'openLogin',
  'joinByInvitation',
  'confirmByTicket',
  'loadGateAsset',
  'checkHealth',
  'readAssertionKeys',
  'readOwnSession',
  'endOwnSession',
  'confirmOwnSession',
  'changeOwnPassword',
  // Refused for everybody
  'administer',
  'useServerCredential',
  'bypassLogin',
  'reachUnknown',
] as const

export type Action = (typeof actions)[number]
