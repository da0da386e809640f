"""Prints every route that the installed Gradio declares, as JSON: {"gradio": version, "routes": [{methods, path}]}.

`methods` is null for a mounted application, which answers whatever it likes below its path.
"""

import inspect
import json
import os
import socket
import sys

KIND = sys.argv[1] if len(sys.argv) > 1 else "plain"

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["GRADIO_PROFILING"] = "1"
if KIND == "oauth":
    # What a Space sets; without it Gradio mocks the login by asking the Hub who we are.
    os.environ.update(
        SYSTEM="spaces",
        SPACE_ID="nobody/nothing",
        OAUTH_CLIENT_ID="id",
        OAUTH_CLIENT_SECRET="secret",
        OAUTH_SCOPES="openid profile",
        OPENID_PROVIDER_URL="https://login.invalid",
    )

import gradio as gr  # noqa: E402
from starlette.routing import Mount  # noqa: E402


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def walk(routes, prefix: str = ""):
    for route in routes:
        path = prefix + getattr(route, "path", "")
        below = getattr(route, "routes", None)
        if isinstance(route, Mount):
            if below:
                yield from walk(below, path)
            else:
                yield {"methods": None, "path": path}
            continue
        methods = getattr(route, "methods", None)
        if methods:
            yield {"methods": sorted(methods), "path": path}
        elif not hasattr(route, "router") and not hasattr(route, "original_router"):
            # A WebSocket, or something new: named so that it can't be missed.
            yield {"methods": [type(route).__name__.upper()], "path": path}
        # FastAPI 0.165 keeps an included router as an object of its own.
        for name in ("router", "original_router"):
            inner = getattr(route, name, None)
            if inner is not None and hasattr(inner, "routes"):
                yield from walk(inner.routes, prefix)


def build() -> gr.Blocks:
    with gr.Blocks(analytics_enabled=False) as demo:
        text = gr.Textbox()
        gr.Button().click(lambda value: value, text, text)
        if KIND == "oauth":
            gr.LoginButton()
    # Since Gradio 5.16.
    if hasattr(demo, "route"):
        with demo.route("Declared", "/declared-page"):
            gr.Markdown("declared")
    return demo


def launch_with(demo: gr.Blocks, **wanted):
    """Older versions don't know every option."""
    known = inspect.signature(demo.launch).parameters
    return demo.launch(**{name: value for name, value in wanted.items() if name in known})


if __name__ == "__main__":
    stdout = sys.stdout
    sys.stdout = sys.stderr
    app, _, _ = launch_with(
        build(),
        prevent_thread_lock=True,
        server_name="127.0.0.1",
        server_port=free_port(),
        mcp_server=KIND == "plain",
        share=False,
        ssr_mode=False,
        pwa=True,
        quiet=True,
    )
    found = {(tuple(route["methods"] or ()), route["path"]) for route in walk(app.routes)}
    routes = [{"methods": list(methods) or None, "path": path} for methods, path in sorted(found)]
    stdout.write(json.dumps({"gradio": gr.__version__, "routes": routes}))
    stdout.flush()
    os._exit(0)
