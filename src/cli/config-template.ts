/** The commented `sekisho.yaml` that `sekisho init` writes: every key with its default, most of them commented out. */
import { httpsDefaults } from '../config/defaults.ts'

export interface Choices {
  readonly upstream: string
  /** Undefined: the default, this machine only. */
  readonly listen?: string
  readonly host?: string
  readonly tls?: { readonly cert: string; readonly key: string }
  /** A host name or an IP address; self-signed where no CA can help. */
  readonly https?: { readonly name: string; readonly selfSigned: boolean }
  readonly trustedProxy?: string
}

/** A line `#key: value` is a setting that is off; `# Words` are words. */
export function configTemplate(choices: Choices): string {
  const { upstream, listen, host, tls, https, trustedProxy } = choices
  return `# sekisho: the gate in front of a Gradio app. Lines that begin with # are off and show the default or an example.
# After a change, restart: sekisho gate

# Address of the app, reachable from this machine only. A path is the place where the app is mounted.
upstream: ${quote(upstream)}

# Where browsers reach the gate: port, or IP address and port. Beyond this machine it takes TLS (or a proxy that does it).
${on(listen !== undefined, `listen: ${quote(listen ?? '127.0.0.1:8484')}`)}

# Host names that browsers use for the gate. Loopback names and plain IP addresses always work.
${on(host !== undefined, `hosts:\n  - ${quote(host ?? 'demo.example.org')}`)}

# Serve HTTPS with a certificate of your own: PEM files, the certificate with its chain; looked at for new ones every 2 s.
# Browsers then use nothing but HTTPS for the host names, for a year (hsts: off if that is too much). http_listen, off when
# it isn't written, leads them there from plain HTTP.
${on(tls !== undefined, `tls:\n  cert: ${quote(tls?.cert ?? 'cert.pem')}\n  key: ${quote(tls?.key ?? 'key.pem')}`)}
#  http_listen: 80
#  hsts: 365d

# Or let the gate see to its certificate, by ACME (default: Let's Encrypt) or self-signed; it then listens at port 443, and
# at port 80 to lead browsers on. Names default to hosts; an IP address may stand there too. Not together with tls.
${on(https !== undefined, 'https:')}
${on(https !== undefined, `  names:\n    - ${quote(https?.name ?? 'demo.example.org')}`)}
${on(https?.selfSigned === true, `  self_signed: ${String(https?.selfSigned === true)}`)}
#  directory: ${httpsDefaults.directory}
#  email: you@example.org
#  ca_file: private-ca.pem
#  http_listen: 80
#  hsts: 365d

# Networks of TLS-terminating proxies in front, whose X-Forwarded-* headers are believed.
${on(trustedProxy !== undefined, `trusted_proxies:\n  - ${quote(trustedProxy ?? '10.1.2.3')}`)}

# Plain HTTP beyond this machine. A listener then sees everything but the password, and whoever can change the traffic
# can change the login page too.
#insecure_http: false

# Database and audit log. The default is $XDG_STATE_HOME/sekisho/ and the app's host and port.
#state_dir: /var/lib/sekisho

# The set-up key, apart from the state; back it up: without it no password works any more. SEKISHO_KEY overrides it.
#key_file: /etc/sekisho/sekisho.key

# A login ends after this long without use, and after this long whatever happens (at most 30d).
#session:
#  idle: 1h
#  absolute: 24h

# New passwords: the least length (15 to 64), and rules that make them weaker in practice and are off for that reason: NIST
# SP 800-63B-4 section 3.1.1.2 forbids both. Switch them on only if somebody makes you: kinds of characters that must occur
# (lower, upper, digit, symbol), and an age after which a user can do nothing but choose a new one (30d to 3650d).
#passwords:
#  length: 15
#  require: []
#  max_age: off

# Attempts to log in: so many at once, then one more for each interval.
# By address (IPv6 by /64), for everybody together, and for browsers that signed in before.
#pace:
#  address: 5, then 1 per 10s
#  everyone: 60, then 1 per 1s
#  known_browser: 10, then 1 per 10s

# Size of one call and of one upload, and connections at once.
#limits:
#  call: 10MB
#  upload: 1GB
#  connections: 4096

# The audit log: size of all files together, age, and single records of strangers' refusals (then summaries).
#audit:
#  max_size: 256MB
#  retention: 180d
#  stranger_records_per_hour: 600

# Start although the app undoes the gate: share-link, ssr, static-workers, app-exposed, gradio-unknown.
#accept_risks: []

# A Cedar file in place of the built-in policy (whoever is signed in may use the app).
#policy: gate.cedar

# Request headers that the app reads, besides the standard ones.
#forward_headers: []
`
}

function on(isOn: boolean, lines: string): string {
  return isOn ? lines : lines.replace(/^/gm, '#')
}

/** A JSON string is a YAML string (YAML 1.2 section 1.3); plain where nothing in it means anything to YAML. */
function quote(text: string): string {
  return /^[A-Za-z][\w./-]*$|^https?:\/\/[\w.-]+(?::\d+)?[\w./-]*$|^\d+(?:\.\d+){3}[:/]\d+$/.test(text)
    ? text
    : JSON.stringify(text)
}
