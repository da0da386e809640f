"""What gradio_client makes of a view: `view_uses.py URL TOKEN NAME…` calls each endpoint by name and tells what came."""

import json
import sys

from gradio_client import Client

url, token, *names = sys.argv[1:]
client = Client(url, headers={"Authorization": f"Bearer {token}"}, verbose=False, analytics_enabled=False)
print(json.dumps(["api", sorted(client.view_api(return_format="dict")["named_endpoints"])]))
for name in names:
    try:
        print(json.dumps([name, client.predict("abc", api_name=name)]))
    except ValueError as thrown:
        print(json.dumps([name, str(thrown).split(":")[0]]))
