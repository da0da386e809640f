"""The article's scheme rebuilt: r = sha256(challenge + password), computed in the page, checked in the function.

Its script from a dead server is replaced by an inline helper with the same interface, and a second function is guarded in
the same way; everything else is as described.
"""

import hashlib
import os
import secrets
import time

import gradio as gr

# Where the page fetches its hash function from, as the article's did; the inline helper when nothing is named.
SCRIPT = os.environ.get("ARTICLE_SCRIPT")
PASSWORD = os.environ.get("ARTICLE_PASSWORD", "password")
# Without the scheme, for a gate in front of it.
OPEN = os.environ.get("ARTICLE_OPEN") == "1"
# A folder: `journal` in it gets a line for each call that was let through, and work named `wait-…` lasts until the test
# puts a file of that name there.
FOLDER = os.environ.get("ARTICLE_FOLDER")
challenges: dict[str, str] = {}

# `Hashes.SHA256().hex(text)`: FIPS 180-4, straight from its section 6.2, for a page that may have no WebCrypto.
HEAD = """
<script>
window.Hashes = { SHA256: function () { this.hex = function (text) {
  const primes = []
  for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p)) primes.push(n)
  const fraction = (x) => Math.floor((x - Math.floor(x)) * 2 ** 32) | 0
  const k = primes.map((p) => fraction(Math.cbrt(p)))
  const h = primes.slice(0, 8).map((p) => fraction(Math.sqrt(p)))
  const bytes = [...new TextEncoder().encode(text)]
  const bits = bytes.length * 8
  bytes.push(0x80)
  while (bytes.length % 64 !== 56) bytes.push(0)
  for (let i = 7; i >= 0; i--) bytes.push(Math.floor(bits / 2 ** (8 * i)) & 255)
  const rotate = (x, n) => (x >>> n) | (x << (32 - n))
  for (let at = 0; at < bytes.length; at += 64) {
    const w = []
    for (let i = 0; i < 16; i++) {
      const j = at + 4 * i
      w[i] = (bytes[j] << 24) | (bytes[j + 1] << 16) | (bytes[j + 2] << 8) | bytes[j + 3]
    }
    for (let i = 16; i < 64; i++) {
      const s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ (w[i - 15] >>> 3)
      const s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ (w[i - 2] >>> 10)
      w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0
    }
    let [a, b, c, d, e, f, g, last] = h
    for (let i = 0; i < 64; i++) {
      const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
      const t1 = (last + s1 + ((e & f) ^ (~e & g)) + k[i] + w[i]) | 0
      const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
      ;[last, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0]
    }
    ;[a, b, c, d, e, f, g, last].forEach((x, i) => { h[i] = (h[i] + x) | 0 })
  }
  return h.map((x) => (x >>> 0).toString(16).padStart(8, '0')).join('')
} } }
</script>
"""

PRE_SUBMIT = """
function pre_submit(password, challenge, r, content1, content2, content3) {
  return ['', challenge, new Hashes.SHA256().hex(challenge + password), content1, content2, content3]
}
"""


def load(request: gr.Request) -> str:
    challenges[request.session_hash] = secrets.token_hex(16)
    return challenges[request.session_hash]


def work(function: str, content: str) -> None:
    if FOLDER is None:
        return
    with open(os.path.join(FOLDER, "journal"), "a", encoding="utf-8") as journal:
        journal.write(f"{function} {content}\n")
    while content.startswith("wait-") and not os.path.exists(os.path.join(FOLDER, content)):
        time.sleep(0.01)


def check(r: str, request: gr.Request) -> None:
    challenge = challenges.get(request.session_hash)
    if not OPEN and (challenge is None or r != hashlib.sha256((challenge + PASSWORD).encode()).hexdigest()):
        raise gr.Error("Wrong password.")


def submit(password, challenge, r, content1, content2, content3, request: gr.Request):
    check(r, request)
    work("submit", content1)
    result = f"ACCEPTED {content1} {content2} {content3}"
    return result, load(request)


def remove(password, challenge, r, content1, content2, content3, request: gr.Request):
    check(r, request)
    work("remove", content1)
    return f"REMOVED {content1}", load(request)


with gr.Blocks(title="Article", analytics_enabled=False) as demo:
    with gr.Row():
        password = gr.Textbox(label="Password", type="password", elem_id="password")
        challenge = gr.Textbox(visible="hidden", elem_id="challenge")
        r = gr.Textbox(visible="hidden", elem_id="r")
    with gr.Row():
        contents = [gr.Textbox(label=f"Content {n}", elem_id=f"content{n}") for n in (1, 2, 3)]
    result = gr.Markdown(elem_id="result")
    inputs, outputs = [password, challenge, r, *contents], [result, challenge]
    gr.Button("Submit", elem_id="submit").click(submit, inputs, outputs, js=PRE_SUBMIT, api_name="submit")
    gr.Button("Remove", elem_id="remove").click(remove, inputs, outputs, js=PRE_SUBMIT, api_name="remove")
    demo.load(load, None, challenge, api_name="load")


if __name__ == "__main__":
    demo.launch(
        head=f'<script src="{SCRIPT}"></script>' if SCRIPT else HEAD,
        share=False,
        ssr_mode=False,
        theme=gr.themes.Base(font=["sans-serif"], font_mono=["monospace"]),
    )
