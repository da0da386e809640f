"""The same small app in every Gradio since 3.50: what somebody may use, what only administrators may, and how it fails."""

import os
import time
from pathlib import Path

import gradio as gr

TEMPORARY = Path(os.environ["GRADIO_TEMP_DIR"])
MAJOR, MINOR = (int(part) for part in gr.__version__.split(".")[:2])
# Private functions are run by whoever knows their number; what says so was called otherwise before Gradio 6.
PRIVATE = {"api_visibility": "private", "api_name": "private_fn"} if MAJOR >= 6 else {"api_name": False}


def predict(text: str) -> str:
    return text[::-1]


def count(last: float):
    for number in range(1, int(last) + 1):
        yield f"counted {number}"
        time.sleep(0.2)


def remember(item: str, items: list):
    items = [*items, item]
    return items, ", ".join(items)


def save(text: str) -> str:
    TEMPORARY.mkdir(parents=True, exist_ok=True)
    path = TEMPORARY / f"note-{time.time_ns()}.txt"
    path.write_text(text, encoding="utf-8")
    return str(path)


def read(file) -> str:
    return Path(getattr(file, "name", file)).read_text(encoding="utf-8")


def choose(much: float, colour: str) -> str:
    return f"{colour} {much}"


def limit(number: float) -> str:
    return f"within {int(number)}"


def fail() -> str:
    raise RuntimeError("could not reach postgres://app:hunter2@db.internal/wages")


def refuse() -> str:
    raise gr.Error("Not on Sundays.")


def admin_report(month: str, password: str) -> str:
    return f"ADMIN-REPORT {month}"


def private_fn(text: str) -> str:
    return f"PRIVATE {text}"


def session_of(request: gr.Request) -> str:
    return str(getattr(request, "session_hash", ""))


def repeat(history: list) -> list:
    return history


with gr.Blocks(title="Versions", analytics_enabled=False) as demo:
    text = gr.Textbox(label="Text")
    out = gr.Textbox(label="Out")
    number = gr.Number(3, label="Number")
    gr.Button("Predict").click(predict, text, out, api_name="predict")
    counting = gr.Button("Count").click(count, number, out, api_name="count")
    gr.Button("Stop").click(None, None, None, cancels=[counting])
    items = gr.State([])
    gr.Button("Remember").click(remember, [text, items], [items, out], api_name="remember")
    gr.Button("Save").click(save, text, gr.File(label="Saved"), api_name="save")
    gr.Button("Read").click(read, gr.File(label="File in"), out, api_name="read")
    much = gr.Slider(0, 10, value=5, step=1, label="Much")
    colour = gr.Dropdown(["red", "green"], value="red", label="Colour")
    gr.Button("Choose").click(choose, [much, colour], out, api_name="choose")
    limited = gr.Number(5, maximum=10, label="Limited")
    gr.Button("Limit").click(limit, limited, out, api_name="limit")
    gr.Button("Fail").click(fail, None, out, api_name="fail")
    gr.Button("Refuse").click(refuse, None, out, api_name="refuse")
    gr.Button("Session").click(session_of, None, out, api_name="session_of")
    month = gr.Textbox(label="Month of the administrators")
    secret = gr.Textbox("s3cret-default", type="password", label="Password of the administrators")
    report = gr.Textbox(label="Report")
    gr.Button("Report").click(admin_report, [month, secret], report, api_name="admin_report")
    hidden = gr.Textbox(label="Hidden box")
    gr.Button("Private").click(private_fn, hidden, gr.Textbox(label="Private out"), **PRIVATE)
    shelf = gr.FileExplorer(
        root=os.path.dirname(os.path.abspath(__file__)), label="Shelf"
    ) if MAJOR == 3 else gr.FileExplorer(root_dir=os.path.dirname(os.path.abspath(__file__)), label="Shelf")
    gr.Button("Pick").click(lambda names: str(names), shelf, report, api_name="pick")
    chat = gr.Chatbot(label="Chat", **({"type": "messages"} if MAJOR in (4, 5) else {}))
    gr.Button("Repeat").click(repeat, chat, chat, api_name="repeat")
    alive = gr.Textbox(label="Alive")
    demo.load(lambda: "alive", None, alive, api_name="alive")


if __name__ == "__main__":
    options = {"share": False, "show_error": True}
    if MAJOR >= 5:
        options["ssr_mode"] = False
    if (MAJOR, MINOR) >= (5, 28):
        options["mcp_server"] = True
    if MAJOR >= 4:
        options["enable_monitoring"] = False
    demo.queue().launch(**options)
