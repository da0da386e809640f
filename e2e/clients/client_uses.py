"""Uses the kitchen app by gradio_client: `client_uses.py URL JOB`, the token in SEKISHO_TOKEN, and the file of its key in
SEKISHO_KEY if it is bound to one. Tells what came, a line of JSON each.

`use`: everything that the client can do. `connect`: only that. `endless`: a call that somebody else will end.
"""

import asyncio
import concurrent.futures
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Callable

from gradio_client import Client, handle_file



def tell(line: Any) -> None:
    print(json.dumps(line), flush=True)


def told(thrown: BaseException) -> dict[str, str]:
    kind = type(thrown)
    return {"raised": f"{kind.__module__}.{kind.__qualname__}", "text": str(thrown)}


def attempt(deed: Callable[[], Any]) -> Any:
    try:
        return deed()
    except (Exception, concurrent.futures.CancelledError) as thrown:
        return told(thrown)


def connect(url: str) -> Client:
    token, key = os.environ.get("SEKISHO_TOKEN"), os.environ.get("SEKISHO_KEY")
    if token is not None and key is not None:
        from sekisho_proof import SekishoAuth

        auth = SekishoAuth(url, token, key)
        return Client(url, httpx_kwargs={"auth": auth}, verbose=False, analytics_enabled=False)
    headers = None if token is None else {"Authorization": f"Bearer {token}"}
    return Client(url, headers=headers, verbose=False, analytics_enabled=False)


def until(what: Callable[[], bool]) -> None:
    while not what():
        time.sleep(0.02)


def cancel(client: Client) -> str:
    """What the job ends with depends on who is faster; that the function stopped, the journal of the app tells."""
    job = client.submit(600, 0.05, api_name="/count")
    until(lambda: len(job.outputs()) > 1)
    job.cancel()
    until(job.done)
    return job.status().code.name


def shout(client: Client) -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        note = Path(folder) / "小さな note.txt"
        note.write_text("quiet words", encoding="utf-8")
        loud = Path(client.predict(handle_file(str(note)), api_name="/shout"))
    return {"name": loud.name, "text": loud.read_text(encoding="utf-8")}


def large(client: Client) -> int:
    """Through the gate as it comes: more than fits into one chunk."""
    with tempfile.TemporaryDirectory() as folder:
        note = Path(folder) / "large.txt"
        note.write_text("x" * 3_000_000, encoding="utf-8")
        loud = Path(client.predict(handle_file(str(note)), api_name="/shout"))
    return loud.read_text(encoding="utf-8").count("X")


def together(client: Client, tries: int = 4) -> list[str]:
    jobs = [client.submit(str(number), api_name="/echo") for number in range(8)]
    try:
        return [job.result() for job in jobs]
    except concurrent.futures.CancelledError:
        # The client itself loses one in some hundred such rounds, without a gate too (gradio_client 2.7.2).
        if tries == 1:
            raise
        return together(client, tries - 1)


async def warnings(client: Client) -> list[Any]:
    job = client.submit(api_name="/warn")
    logs = [update.log async for update in job if getattr(update, "log", None)]
    return [job.result(), logs]


def use(client: Client) -> None:
    uses: dict[str, Callable[[], Any]] = {
        "config": lambda: sorted(client.view_api(return_format="dict", print_info=False)["named_endpoints"]),
        "predict": lambda: client.predict("hi", api_name="/echo"),
        "predict outside the queue": lambda: client.predict("hi", api_name="/fast_echo"),
        "submit and iterate": lambda: list(client.submit(4, 0.05, api_name="/count")),
        "several at once": lambda: together(client),
        "progress": lambda: client.predict(api_name="/work"),
        "upload and download": lambda: shout(client),
        "a large upload and download": lambda: large(client),
        "state across calls": lambda: [client.predict(api_name="/count_up") for _ in range(3)],
        "a warning of the app": lambda: asyncio.run(warnings(client)),
        "an error of the app": lambda: attempt(lambda: client.predict(api_name="/fail")),
        "a fault of the app": lambda: attempt(lambda: client.predict(api_name="/crash")),
        "cancel": lambda: cancel(client),
        "predict after it all": lambda: client.predict("again", api_name="/echo"),
    }
    for name, deed in uses.items():
        tell([name, attempt(deed)])


def endless(client: Client) -> None:
    job = client.submit(600, 0.05, api_name="/count")
    until(lambda: len(job.outputs()) > 1)
    tell(["started", None])
    tell(["the call under way", attempt(lambda: job.result(timeout=60))])
    tell(["the next call", attempt(lambda: client.predict("hi", api_name="/echo"))])
    tell(["an upload", attempt(lambda: shout(client))])
    tell(["a new client", attempt(lambda: connect(client.src) and "connected")])


def main(url: str, job: str) -> None:
    try:
        client = connect(url)
    except Exception as thrown:
        tell(["connect", told(thrown)])
        return
    tell(["connect", "connected"])
    if job == "use":
        use(client)
    elif job == "endless":
        endless(client)
    client.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
