"""The Python client of the version under test: what a program does with an app. Prints a list of what came back."""

import json
import sys
import tempfile
from pathlib import Path

from gradio_client import Client

try:
    from gradio_client import handle_file
except ImportError:
    from gradio_client import file as handle_file

url, token, folder = sys.argv[1:4]
client = Client(url, headers={"Authorization": f"Bearer {token}"}, verbose=False, download_files=folder)
told = [client.predict("abc", api_name="/predict")]
told.append(list(client.submit(3, api_name="/count")))
with tempfile.NamedTemporaryFile("w", suffix=".txt", delete=False) as file:
    file.write("the wage of Alice")
told.append(client.predict(handle_file(file.name), api_name="/read"))
told.append(Path(client.predict("kept", api_name="/save")).read_text(encoding="utf-8"))
told.append([client.predict("one", api_name="/remember"), client.predict("two", api_name="/remember")])
try:
    client.predict(11, "red", api_name="/choose")
    told.append("not refused")
except Exception as raised:
    told.append(f"refused: {raised}")
print(json.dumps(told))
