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

# A host of its own for the login, one of hosts: passwords are typed there and nowhere else, out of reach of the app's own
# scripts (HTTPS only): docs/operate/login-host.md.
#auth_host: login.example.org

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

# Plain HTTP beyond this machine. A listener then sees everything but the password, requests are signed with a key that every
# script of the page can read, and whoever can change the traffic can change the login page too.
#insecure_http: false

# Sites that may show the app in a frame (HTTPS only). Whoever signs in there trusts them with what is on the screen:
# docs/operate/frames.md.
#embed:
#  - https://portal.example.org

# Database and audit log. The default is $XDG_STATE_HOME/sekisho/ and the app's host and port.
#state_dir: /var/lib/sekisho

# The set-up key, apart from the state; back it up: without it no password works any more. SEKISHO_KEY overrides it.
#key_file: /etc/sekisho/sekisho.key

# A login ends after this long without use, and after this long whatever happens (at most 30d).
# two_networks: what becomes of one that is used from two networks by turns, as if two had it: record, or end.
#session:
#  idle: 1h
#  absolute: 24h
#  two_networks: record

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

# Size of one call and of one upload; connections at once, of all and of one address (half of all, unless it is written);
# new TLS connections of one address, where the gate serves HTTPS itself.
# For each function (* stands for any text; the first line that fits holds) what one user or token may ask of it.
# mixed_batch: batch functions may run calls of several people together.
#limits:
#  call: 10MB
#  upload: 1GB
#  connections: 4096
#  connections_per_address: 2048
#  handshakes_per_address: 200, then 1 per 20ms
#  mixed_batch: false
#  endpoints:
#    generate: { rate: 10/min, concurrent: 1, body: 1MB }

# Uploads: files at once, the size of one, and what one user or token may upload in a day. types: the kinds of files
# that are accepted, by content and name: media types and extensions; without it, any.
#uploads:
#  max_files: 1000
#  max_file_size: 1GB
#  per_day: 10GB
#  types: [image/*, .pdf]

# What must be signed by the key that a login made in the browser (docs/challenge-response.md). calls: whatever runs or changes
# something; a copied cookie is worth nothing there (optional, while files is optional too: browsers that keep no key may do
# without). files: files and media too, which a page then has to fetch by script. tokens: programs need a token with a key
# (sekisho token create --bound).
#proof:
#  calls: required
#  files: optional
#  tokens: optional

# The audit log: size of all files together, age, and single records of strangers' refusals (then summaries).
#audit:
#  max_size: 256MB
#  retention: 180d
#  stranger_records_per_hour: 600

# The signed word by which the app can check who asks (docs/operate/assertion.md): whom it is for, by default the app's own
# address, and how long it is good. A call that waits in the queue checks it late.
#assertion:
#  audience: http://127.0.0.1:7860
#  lifetime: 1h

# What calls may bring, by function (api_name, * for any characters) and parameter, beyond what the app itself declares and
# the gate always checks. A pattern (RE2) is for the whole text. A starting point for your app: sekisho inputs suggest
#inputs:
#  lookup:
#    query: { pattern: '[\\p{L}\\p{N} -]{1,64}' }
#    note: { max_length: 2000, free_text: true }
#  buy:
#    amount: { min: 1, max: 10, integer: true }
#    require: [{ if: { express: true }, then: { address: { min_length: 10 } } }]
#    pin: [price]

# What answers may say: the words of exceptions, or a number that the audit log resolves; what looks like a secret; HTML that
# components show, as it comes (pass) or with nothing in it that acts (sanitize). By endpoint name, for one function.
#answers:
#  errors: reference
#  secrets: withhold
#  html: pass
#  endpoints:
#    make_api_key: { secrets: pass }
#    notice_board: { html: sanitize }

# Tools by MCP, for roles that have mcp: true. Gradio runs all callers of queued tools in one session, so tools that keep
# something in gr.State are for whoever calls the first of them, until the app starts anew; shared_state: for everybody.
#mcp:
#  shared_state: false

# Start although the app undoes the gate: share-link, ssr, static-workers, app-exposed, gradio-unknown.
#accept_risks: []

# Who may do what. As soon as one role is defined, whatever no role grants is refused; without any, whoever is signed in may
# use the app. Changes hold at once, without a restart.
#roles:
#  viewer:
#    given_to: [users]
#    call: [predict]
#  analyst:
#    inherits: [viewer]
#    call: ["report_*"]
#    upload: true
#  admin:
#    inherits: [analyst]
#    call: "*"
#    when:
#      auth_age: 15m
#  keeper:
#    call: [delete_all]
#    when:
#      fresh: call

# A Cedar file, or a list of them, beside the roles; without roles in place of the built-in policy.
#policy: gate.cedar

# Folders on the app's machine whose files are for everybody who is signed in, such as those that HTML made at run time links to.
# The app has to allow them too (allowed_paths).
#shared_folders: []

# Other sites to which forms on the app's pages are sent (a payment service, say): docs/operate/other-sites.md.
#form_targets: []

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
