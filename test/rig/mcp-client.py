"""The Python SDK of MCP as a client: reads what to do as JSON from stdin, writes what came of it as JSON to stdout."""

import asyncio
import json
import sys
from contextlib import asynccontextmanager
from datetime import timedelta

from mcp import ClientSession, McpError
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamablehttp_client


@asynccontextmanager
async def connect(task: dict):
    if task["transport"] == "sse":
        async with sse_client(task["url"], headers=task["headers"]) as (read, write):
            yield read, write
    else:
        async with streamablehttp_client(task["url"], headers=task["headers"]) as (read, write, _):
            yield read, write


async def take(session: ClientSession, step: list, progress: list) -> object:
    async def note(now: float, total: float | None, message: str | None) -> None:
        progress.append(message)

    name, *given = step
    try:
        if name == "call_tool_with_progress":
            result = await session.call_tool(*given, progress_callback=note)
            return {**result.model_dump(mode="json", exclude_none=True), "progress": progress}
        if name == "capabilities":
            return session.get_server_capabilities().model_dump(mode="json", exclude_none=True)
        result = await getattr(session, name)(*given)
        return result.model_dump(mode="json", exclude_none=True)
    except McpError as error:
        return {"error": error.error.model_dump(mode="json", exclude_none=True)}


async def main() -> None:
    task = json.load(sys.stdin)
    results = []
    async with connect(task) as (read, write):
        patience = timedelta(seconds=task.get("patience", 30))
        async with ClientSession(read, write, read_timeout_seconds=patience) as session:
            await session.initialize()
            for step in task["steps"]:
                results.append(await take(session, step, []))
    json.dump(results, sys.stdout)


asyncio.run(main())
