"""An app whose functions are tools of MCP: with State, with files, that fail, that only some may use."""

import tempfile

import gradio as gr
import numpy as np


def shout(text: str) -> str:
    return text.upper()


def admin_report(month: str) -> str:
    return f"ADMIN-REPORT salaries of {month}"


def direct_report(month: str) -> str:
    return f"DIRECT-REPORT salaries of {month}"


def remember(item: str, items: list) -> tuple[list, str]:
    items = [*items, item]
    return items, ", ".join(items)


def remember_alone(item: str, items: list) -> tuple[list, str]:
    return remember(item, items)


def measure(file: str) -> str:
    with open(file, "rb") as opened:
        content = opened.read()
    return f"{len(content)} bytes: {content[:40].decode('utf-8', 'replace')}"


def name_of(file: str) -> str:
    return file.rsplit("/", 1)[-1]


def paint(shade: float) -> np.ndarray:
    return np.full((8, 8, 3), int(shade), dtype=np.uint8)


def write(text: str) -> str:
    with tempfile.NamedTemporaryFile("w", suffix=".txt", delete=False, encoding="utf-8") as file:
        file.write(text)
    return file.name


def deliver(text: str) -> str:
    raise ValueError(text)


def count(steps: float, progress=gr.Progress()):
    import time

    for step in range(int(steps)):
        progress((step, int(steps)))
        time.sleep(0.05)
    return f"counted to {int(steps)}"


def fail(text: str) -> str:
    raise RuntimeError(f"cannot connect as app:hunter2@db.internal for {text}")


def key() -> str:
    return "The key is ghp_" + "aB3" * 12 + " and works."


def whoami(request: gr.Request) -> dict:
    return dict(request.headers)


@gr.mcp.prompt()
def greeting(name: str) -> str:
    return f"Greet {name} kindly."


@gr.mcp.resource("notes://{name}")
def note(name: str) -> str:
    """A note.

    Args:
        name: of the note
    """
    return f"The note {name}."


def last(text: str) -> str:
    return f"LAST {text}"


with gr.Blocks(title="Tools", analytics_enabled=False) as demo:
    text = gr.Textbox(label="Text")
    month = gr.Textbox(label="Month")
    number = gr.Number(1, label="Number", maximum=100)
    out = gr.Textbox(label="Out")
    file = gr.File(label="File")
    items, others = gr.State([]), gr.State([])
    gr.Button().click(shout, text, out, api_name="shout")
    gr.Button().click(admin_report, month, out, api_name="admin_report")
    gr.Button().click(direct_report, month, out, api_name="direct_report", queue=False)
    gr.Button().click(remember, [text, items], [items, out], api_name="remember")
    gr.Button().click(remember_alone, [text, others], [others, out], api_name="remember_alone", queue=False)
    gr.Button().click(measure, file, out, api_name="measure")
    gr.Button().click(name_of, file, out, api_name="name_of")
    gr.Button().click(paint, number, gr.Image(format="png"), api_name="paint")
    gr.Button().click(write, text, gr.File(label="Written"), api_name="write")
    gr.Button().click(deliver, text, gr.File(), api_name="deliver")
    gr.Button().click(deliver, text, gr.File(), api_name="deliver_fast", queue=False)
    gr.Button().click(count, number, out, api_name="count")
    gr.Button().click(fail, text, out, api_name="fail")
    gr.Button().click(key, None, out, api_name="key")
    gr.Button().click(whoami, None, gr.JSON(label="Who"), api_name="whoami")
    # Two functions of one name: tools are called otherwise than endpoints.
    gr.Button().click(lambda value: f"first {value}", text, out, api_name="first")
    gr.Button().click(lambda value: f"second {value}", text, out, api_name="second")
    gr.Button().click(greeting, text, out, api_name="greeting")
    gr.Button().click(note, text, out, api_name="note")
    gr.Button().click(last, text, out, api_name="last")


if __name__ == "__main__":
    demo.launch(share=False, ssr_mode=False, enable_monitoring=False, mcp_server=True, show_error=True)
