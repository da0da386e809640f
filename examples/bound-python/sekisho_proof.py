"""Signs each request with the key that a token is bound to (docs/reference/proof.md): `auth=SekishoAuth(…)` of httpx."""

import base64
import hashlib
import itertools
import re
import secrets
import time
from pathlib import Path

import httpx  # pip install httpx cryptography
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key


class SekishoAuth(httpx.Auth):
    requires_request_body = True

    def __init__(self, gate: str, token: str, key_file: str) -> None:
        self.gate, self.token = httpx.URL(gate), token
        self.key = load_pem_private_key(Path(key_file).read_bytes(), password=None)
        self.instance = secrets.token_urlsafe(12)
        self.counter = itertools.count(1)
        self.challenge = None

    def auth_flow(self, request: httpx.Request):
        if any(getattr(request.url, part) != getattr(self.gate, part) for part in ("scheme", "host", "port")):
            yield request  # somebody else's: it gets neither token nor signature
            return
        request.headers["Authorization"] = f"Bearer {self.token}"
        since = time.time(), time.monotonic()
        counter = self.sign(request)
        response = yield request
        if not self.learn(response) or response.status_code != 401:
            return
        # The one clock may be set back, and the other stand still while the machine sleeps.
        passed = max(time.time() - since[0], time.monotonic() - since[1])
        if counter is None or request.method in ("GET", "HEAD") or passed < 240:
            self.sign(request, counter)  # the same: if the first was taken after all, this one is refused
            self.learn((yield request))

    def learn(self, response: httpx.Response) -> bool:
        field = response.headers.get("sekisho-challenge", "")
        found = re.fullmatch(r'"([\w-]+)";at=(\d+);keyid="([\w-]+)"', field)
        if found:
            self.challenge = (found[1], int(found[2]), found[3], time.monotonic())
        return found is not None

    def sign(self, request: httpx.Request, counter: int | None = None) -> int | None:
        if self.challenge is None:
            return None  # the answer will bring one
        if counter is None:
            counter = next(self.counter)
        epoch, at, keyid, learnt = self.challenge
        covered, line = "", ""
        if request.content:
            digest = f"sha-256=:{base64.b64encode(hashlib.sha256(request.content).digest()).decode()}:"
            request.headers["Content-Digest"] = digest
            covered, line = ' "content-digest"', f'"content-digest": {digest}\n'
        parameters = (
            f'("@method" "@target-uri"{covered});created={at + int(time.monotonic() - learnt)}'
            f';nonce="{epoch}.{self.instance}.{counter}";keyid="{keyid}";tag="sekisho-proof"'
        )
        url = request.url
        path = url.raw_path.decode() if url.query else url.raw_path.decode().rstrip("?")
        base = (
            f'"@method": {request.method}\n"@target-uri": {url.scheme}://{url.netloc.decode()}{path}\n'
            f'{line}"@signature-params": {parameters}'
        )
        numbers = decode_dss_signature(self.key.sign(base.encode(), ECDSA(SHA256())))
        signature = b"".join(number.to_bytes(32, "big") for number in numbers)
        request.headers["Signature-Input"] = f"sekisho={parameters}"
        request.headers["Signature"] = f"sekisho=:{base64.b64encode(signature).decode()}:"
        return counter
