/** Uploads, files and media. */
import type { RouteEntry } from '../entry.ts'
import { api, route, sessionIn } from './route.ts'

const upload = { object: 'upload', in: 'query', name: 'upload_id' } as const
const media = `${api}/stream/{session_hash}/{run}/{component_id}`

export const files = [
  route({
    id: 'file.upload',
    methods: ['POST'],
    path: `${api}/upload`,
    action: 'uploadFile',
    names: [upload],
    body: { kind: 'upload' },
  }),
  route({
    id: 'file.upload.progress',
    methods: ['GET'],
    path: `${api}/upload_progress`,
    action: 'watchUpload',
    names: [upload],
    answer: 'events',
    stream: true,
  }),
  route({
    id: 'file.read',
    methods: ['GET', 'HEAD'],
    path: `${api}/file={file...}`,
    action: 'readFile',
    names: [{ object: 'file', in: 'path', name: 'file' }],
    answer: 'file',
    repeatable: true,
  }),
  route({
    id: 'media.playlist',
    methods: ['GET'],
    path: `${media}/playlist.m3u8`,
    action: 'readMedia',
    names: [sessionIn('path')],
    answer: 'media',
    activity: false,
  }),
  route({
    id: 'media.whole',
    methods: ['GET'],
    path: `${media}/playlist-file`,
    action: 'readMedia',
    names: [sessionIn('path')],
    answer: 'media',
  }),
  route({
    id: 'media.segment',
    methods: ['GET'],
    path: `${media}/{segment_id}.{ext}`,
    action: 'readMedia',
    names: [sessionIn('path')],
    answer: 'media',
    activity: false,
  }),
  route({
    id: 'recording.process',
    methods: ['POST'],
    path: `${api}/process_recording`,
    action: 'processRecording',
    body: { kind: 'upload' },
    answer: 'file',
  }),
] as const satisfies readonly RouteEntry[]
