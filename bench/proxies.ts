/** nginx and Caddy in front of an app, each as its manual says and with nothing else to do. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePort, untilItListens } from '../scripts/loopback.ts'
import { startProcessGroup, type ProcessGroup } from '../scripts/process-group.ts'
import { setUpCaddy, setUpNginx } from '../scripts/setup-proxies.ts'

export interface Proxy {
  readonly url: string
  readonly process: ProcessGroup
  stop(): Promise<void>
}

/** One worker, connections to the app kept, nothing buffered (ngx_http_proxy_module, ngx_http_upstream_module). */
const nginxConfig = (home: string, port: number, app: string) => `
daemon off;
worker_processes 1;
pid ${home}/nginx.pid;
error_log stderr crit;
events { worker_connections 8192; }
http {
  access_log off;
  client_max_body_size 0;
  client_body_temp_path ${home}/body;
  proxy_temp_path ${home}/proxy;
  fastcgi_temp_path ${home}/fastcgi;
  uwsgi_temp_path ${home}/uwsgi;
  scgi_temp_path ${home}/scgi;
  keepalive_requests 1000000;
  upstream app { server ${app}; keepalive 64; keepalive_requests 1000000; keepalive_timeout 4s; }
  server {
    listen 127.0.0.1:${String(port)};
    location / {
      proxy_pass http://app;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_buffering off;
      proxy_request_buffering off;
      proxy_read_timeout 1h;
    }
  }
}
`

const caddyConfig = (port: number, app: string) => `
{
  admin off
  auto_https off
  log {
    level ERROR
  }
}
http://127.0.0.1:${String(port)} {
  bind 127.0.0.1
  reverse_proxy ${app}
}
`

export async function startNginx(upstream: string): Promise<Proxy> {
  const program = await setUpNginx()
  return startProxy('nginx', async (home, port) => {
    const file = path.join(home, 'nginx.conf')
    await writeFile(file, nginxConfig(home, port, new URL(upstream).host))
    return { command: program, args: ['-e', 'stderr', '-p', home, '-c', file] }
  })
}

export async function startCaddy(upstream: string): Promise<Proxy> {
  const program = await setUpCaddy()
  return startProxy('Caddy', async (home, port) => {
    const file = path.join(home, 'Caddyfile')
    await writeFile(file, caddyConfig(port, new URL(upstream).host))
    return { command: program, args: ['run', '--adapter', 'caddyfile', '--config', file] }
  })
}

async function startProxy(
  what: string,
  prepare: (home: string, port: number) => Promise<{ command: string; args: readonly string[] }>,
): Promise<Proxy> {
  const home = await mkdtemp(path.join(tmpdir(), 'sekisho-bench-'))
  const port = await freePort()
  const variables = { XDG_DATA_HOME: home, XDG_CONFIG_HOME: home }
  const group = startProcessGroup({ ...(await prepare(home, port)), cwd: home, env: variables })
  const stop = async () => {
    await group.stop()
    await rm(home, { recursive: true, force: true, maxRetries: 3 })
  }
  try {
    await untilItListens(port, { what, process: group })
  } catch (thrown) {
    await stop()
    throw thrown
  }
  return { url: `http://127.0.0.1:${String(port)}`, process: group, stop }
}
