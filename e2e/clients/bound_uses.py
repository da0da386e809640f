"""What a program does with a bound token by httpx itself: `bound_uses.py GATE ELSEWHERE`. Tells what came, a line of JSON each."""

import asyncio
import io
import json
import os
import sys
from typing import Any

import httpx
from sekisho_proof import SekishoAuth

gate, elsewhere = sys.argv[1:]
call = "/gradio_api/call/echo"


def tell(name: str, came: Any) -> None:
    print(json.dumps([name, came]), flush=True)


def new_auth() -> SekishoAuth:
    return SekishoAuth(gate, os.environ["SEKISHO_TOKEN"], os.environ["SEKISHO_KEY"])


def result(stream: str) -> Any:
    """The data of the last event."""
    return json.loads(stream.rsplit("data: ", 1)[1])


def files(count: int) -> list[tuple[str, tuple[str, io.BytesIO, str]]]:
    return [("files", (f"小さな {number}.txt", io.BytesIO(b"x" * 200_000), "text/plain")) for number in range(count)]


def together() -> None:
    with httpx.Client(base_url=gate, auth=new_auth(), timeout=60) as client:
        event = client.post(call, json={"data": ["静かな 🤫"]}).raise_for_status().json()["event_id"]
        with client.stream("GET", f"{call}/{event}") as stream:
            tell("a call and its stream", result("\n".join(stream.iter_lines())))
        tell("an upload", len(client.post("/gradio_api/upload", files=files(2)).raise_for_status().json()))
        tell("a lone question mark", client.post("/gradio_api/queue/join?", json={}).status_code)
        tell("nothing after the address", client.get("").status_code)


async def at_once() -> None:
    async with httpx.AsyncClient(base_url=gate, auth=new_auth(), timeout=60) as client:

        async def one(number: int) -> Any:
            event = (await client.post(call, json={"data": [str(number)]})).raise_for_status().json()["event_id"]
            return result((await client.get(f"{call}/{event}")).raise_for_status().text)

        tell("many at once", await asyncio.gather(*(one(number) for number in range(20))))
        uploaded = await client.post("/gradio_api/upload", files=files(1))
        tell("an upload, async", len(uploaded.raise_for_status().json()))


def to_others() -> None:
    with httpx.Client(auth=new_auth()) as client:
        tell("elsewhere", client.get(elsewhere).json())


together()
asyncio.run(at_once())
to_others()
