"""Reads forms as Gradio does: from stdin, in each line a content type and a body in base64; writes their parts as JSON."""

import asyncio
import base64
import json
import math
import sys

from gradio.route_utils import GradioMultiPartParser
from starlette.datastructures import Headers, UploadFile


async def read(content_type: str, body: bytes) -> list:
    async def stream():
        yield body
        yield b""

    headers = Headers({"content-type": content_type})
    form = await GradioMultiPartParser(
        headers, stream(), max_files=1000, max_fields=1000, max_file_size=math.inf
    ).parse()
    parts = []
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            content = base64.b64encode(await value.read()).decode()
            parts.append([name, content, value.filename, value.content_type])
        else:
            parts.append([name, value])
    return parts


for line in sys.stdin:
    content_type, body = (base64.b64decode(one) for one in line.split())
    try:
        answer = asyncio.run(read(content_type.decode(), body))
    except Exception as error:  # whatever it is, the test tells
        answer = [type(error).__name__, str(error)]
    print(json.dumps(answer), flush=True)
