"""Every kind of function, each of which writes down that it ran; so does every route. `WAYS_JOURNAL` names the file."""

import json
import os
import threading

import fastapi.routing
import gradio as gr
import starlette.routing

JOURNAL = os.environ["WAYS_JOURNAL"]
LOCK = threading.Lock()


def note(**line) -> None:
    with LOCK, open(JOURNAL, "a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def watch_routes(kind, below: tuple) -> None:
    """What a request reached, whatever it called itself. FastAPI's routes call those that they are made of."""
    handle = kind.handle

    async def watched(self, scope, receive, send):
        case = dict(scope.get("headers", [])).get(b"x-case", b"").decode()
        if case and not isinstance(self, below):
            note(case=case, route=self.path)
        await handle(self, scope, receive, send)

    kind.handle = watched


watch_routes(fastapi.routing.APIRoute, ())
watch_routes(starlette.routing.Route, (fastapi.routing.APIRoute,))
watch_routes(starlette.routing.Mount, ())


def ran(name: str, value, request: gr.Request) -> None:
    note(case=request.headers.get("x-case", ""), ran=name, value=value, session=request.session_hash)


def function(name: str):
    def run(value, request: gr.Request):
        ran(name, value, request)
        return value

    run.__name__ = name
    return run


def keep(value, kept, request: gr.Request):
    ran("keep", value, request)
    return [*kept, value], [*kept, value]


def pair(kept, value, image, request: gr.Request):
    ran("pair", value, request)
    return image


def many(values, request: gr.Request):
    ran("many", values[0], request)
    return [values]


with gr.Blocks(title="Ways", analytics_enabled=False) as demo:
    box = gr.JSON(elem_id="box")
    image = gr.Image(type="filepath")
    kept = gr.State([])
    shelf = gr.FileExplorer(root_dir=os.environ["GRADIO_TEMP_DIR"], elem_id="shelf")

    demo.load(function("predict"), box, box, api_name="predict")
    gr.Button().click(function("admin"), box, box, api_name="admin")
    gr.Button().click(function("quick"), box, box, api_name="quick", queue=False)
    # Names that Gradio makes up: `twin` and `twin_1`, `lambda` and `lambda_1`.
    gr.Button().click(function("twin"), box, box)
    gr.Button().click(function("twin"), box, box, queue=False)
    gr.Button().click(function("private"), box, box, api_name="private", api_visibility="private")
    gr.Button().click(function("unlisted"), box, box, api_name="unlisted", api_visibility="undocumented", queue=False)
    gr.Button().click(function("first"), box, box, api_name="first").then(
        function("second"), box, box, api_name="second", queue=False
    )
    gr.Button().click(None, None, box, js="() => 1")
    gr.Button().click(keep, [box, kept], [kept, box], api_name="keep")
    gr.Button().click(pair, [kept, box, image], image, api_name="pair", queue=False)
    gr.Button().click(many, box, box, api_name="many", batch=True)
    gr.Button().click(function("dotted"), box, box, api_name="v2", queue=False)
    gr.Button().click(function("named"), box, box, api_name="a-b_c", queue=False)

    @gr.render(inputs=box)
    def draw(value):
        inner = gr.JSON()
        gr.Button().click(function("rendered"), inner, inner, queue=False)
        gr.Button().click(function("rendered_too"), inner, inner, api_name="rendered_too")


with demo.route("Second", "/second"):
    other = gr.JSON()
    gr.Button().click(function("elsewhere"), other, other, api_name="elsewhere", queue=False)


if __name__ == "__main__":
    demo.queue(default_concurrency_limit=8).launch(
        share=False, ssr_mode=False, enable_monitoring=False, mcp_server=False, show_error=True
    )
