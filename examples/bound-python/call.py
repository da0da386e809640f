"""Calls a function of a Gradio app behind the gate with a bound token, by gradio_client and by httpx itself."""

import os

import httpx
from gradio_client import Client
from sekisho_proof import SekishoAuth

gate = os.environ.get("SEKISHO_GATE", "https://demo.example.org")
auth = SekishoAuth(gate, os.environ["SEKISHO_TOKEN"], os.environ["SEKISHO_KEY"])

client = Client(gate, httpx_kwargs={"auth": auth})
print(client.predict("hello", api_name="/predict"))

with httpx.Client(base_url=gate, auth=auth) as plain:
    event = plain.post("/gradio_api/call/predict", json={"data": ["hello"]}).raise_for_status().json()["event_id"]
    print(plain.get(f"/gradio_api/call/predict/{event}").raise_for_status().text)
