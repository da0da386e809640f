/** Gradio's static files. Only what browsers fetch without credentials is public. */
import type { RouteEntry } from '../entry.ts'
import { api, route } from './route.ts'

const asset = { action: 'loadAsset', answer: 'asset', activity: false, repeatable: true } as const
const open = { ...asset, action: 'loadPublicAsset' } as const

export const assets = [
  route({ id: 'asset.static', methods: ['GET'], path: '/static/{path...}', ...asset }),
  route({ id: 'asset.assets', methods: ['GET'], path: '/assets/{path...}', ...asset }),
  route({ id: 'asset.svelte', methods: ['GET'], path: '/svelte/{path...}', ...asset }),
  route({ id: 'asset.theme', methods: ['GET'], path: '/theme.css', ...asset }),
  route({ id: 'asset.theme.api', methods: ['GET'], path: `${api}/theme.css`, ...asset }),
  route({
    id: 'asset.component',
    methods: ['GET'],
    path: `${api}/custom_component/{id}/{environment}/{type}/{file_name}`,
    ...asset,
  }),
  route({ id: 'asset.icon.sized', methods: ['GET'], path: '/pwa_icon/{size}', ...asset }),
  route({ id: 'asset.icon', methods: ['GET'], path: '/pwa_icon', ...asset }),
  route({ id: 'asset.favicon', methods: ['GET'], path: '/favicon.ico', ...open }),
  // Fetched without cookies, as the HTML standard says for manifests.
  route({ id: 'asset.manifest', methods: ['GET'], path: '/manifest.json', ...open }),
  route({ id: 'asset.robots', methods: ['GET'], path: '/robots.txt', ...open }),
] as const satisfies readonly RouteEntry[]
