"""Reads JSON as the apps do, for comparing: a line is a text in base64, the answer its canonical form, or `refused`.

Starlette 1.x reads bodies by `json.loads` of the bytes.
"""

import base64
import json
import struct
import sys


def canonical(value):
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int):
        return f"i{value}"
    if isinstance(value, float):
        return "f" + struct.pack(">d", value).hex()
    if isinstance(value, str):
        return "s" + value.encode("utf-16-be", "surrogatepass").hex()
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    # In the order of UTF-16, as the other side sorts.
    keys = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
    return "{" + ",".join(canonical(key) + ":" + canonical(value[key]) for key in keys) + "}"


for line in sys.stdin:
    try:
        print(canonical(json.loads(base64.b64decode(line))), flush=False)
    except (ValueError, RecursionError):
        print("refused", flush=False)
    if line.endswith(" \n"):
        sys.stdout.flush()
