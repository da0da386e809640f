"""The victim: an app whose author trusted the page to show each visitor only what they may use."""

import os
import sqlite3
import subprocess

import gradio as gr

ACCOUNTS = {"admin": "password", "bob": "bobpw"}


def predict(text: str) -> str:
    return text[::-1]


def admin_report(month: str) -> str:
    return f"ADMIN-REPORT salaries of {month or 'all months'}: 4711, 815, 42"


def private_fn(text: str) -> str:
    return f"PRIVATE {text}"


def undocumented_fn(text: str) -> str:
    return f"UNDOCUMENTED {text}"


def direct_tool(text: str) -> str:
    """A tool that runs outside the queue."""
    return f"DIRECT-TOOL {text}"


def whoami(request: gr.Request) -> dict:
    """Believes what headers say about the asker."""
    return {
        "username": request.username,
        "forwarded_user": request.headers.get("x-forwarded-user"),
        "client": request.client.host if request.client else None,
        "headers": dict(request.headers),
    }


def slow(steps: float):
    import time

    for step in range(int(steps)):
        yield f"step {step}"
        time.sleep(0.1)


def sleep(seconds: float) -> str:
    import time

    time.sleep(seconds)
    return f"slept {seconds}"


def remember(item: str, items: list) -> tuple[list, str]:
    items = [*items, item]
    return items, ", ".join(items)


def save(text: str) -> str:
    path = os.path.join(os.environ["GRADIO_TEMP_DIR"], "note.txt")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def leak() -> str:
    raise RuntimeError("cannot connect as app:hunter2@db.internal")


STOCK = sqlite3.connect(":memory:", check_same_thread=False)
STOCK.executescript(
    "create table items (name text, price integer); insert into items values ('lamp', 20), ('rope', 5);"
    "create table wages (name text, wage integer); insert into wages values ('alice', 4711), ('bob', 815);"
)


def lookup(query: str) -> str:
    rows = STOCK.execute(f"select name, price from items where name = '{query}'").fetchall()
    return "; ".join(f"{name} {price}" for name, price in rows)


def reach(host: str) -> str:
    run = subprocess.run(f"echo reached {host}", shell=True, capture_output=True, text=True, timeout=10)
    return run.stdout


def order(price: float, amount: float, size: str, note: str) -> str:
    return f"{amount} times {price} of {size}: {note}"


def rate(stars: float) -> str:
    return f"rated {stars}"


def refuse() -> str:
    raise gr.Error("Not on Sundays.", print_exception=False)


def show_key() -> str:
    return "The key is ghp_" + "aB3" * 12 + " and works."


with gr.Blocks(title="Careless", analytics_enabled=False) as demo:
    text = gr.Textbox(label="Text", elem_id="text")
    out = gr.Textbox(label="Out", elem_id="out")
    gr.Button("Predict", elem_id="predict-go").click(predict, text, out, api_name="predict")
    gr.Button("Direct").click(direct_tool, text, out, api_name="direct_tool", queue=False)
    gr.Button("Who").click(whoami, None, gr.JSON(label="Who"), api_name="whoami")
    gr.Button("Slow").click(slow, gr.Number(3), out, api_name="slow")
    gr.Button("Sleep").click(sleep, gr.Number(1), out, api_name="sleep")
    gr.Button("Save").click(save, text, gr.File(label="Saved"), api_name="save")
    gr.Button("Leak").click(leak, None, out, api_name="leak")
    gr.Button("Look up").click(lookup, gr.Textbox(label="Query"), out, api_name="lookup")
    gr.Button("Reach").click(reach, gr.Textbox(label="Host"), out, api_name="reach")
    gr.Button("Order").click(
        order,
        [
            gr.Number(100, label="Price", interactive=False),
            gr.Number(1, label="Amount"),
            gr.Dropdown(["small", "large"], value="small", label="Size"),
            gr.Textbox(label="Note", max_length=20),
        ],
        out,
        api_name="order",
    )
    gr.Button("Rate").click(rate, gr.Slider(0, 10, value=5, label="Stars", buttons=[]), out, api_name="rate")
    gr.Button("Refuse").click(refuse, None, out, api_name="refuse")
    gr.Button("Show key").click(show_key, None, out, api_name="show_key")
    items = gr.State([])
    gr.Button("Remember").click(remember, [text, items], [items, out], api_name="remember")
    gr.File(label="Upload")
    with gr.Column(visible=False):
        # Hidden is not absent: the configuration carries it to every visitor.
        gr.Textbox("s3cret-default", type="password", label="Database password")
        month = gr.Textbox(label="Month")
        gr.Button("Report").click(admin_report, month, out, api_name="admin_report")
        gr.Button("Private").click(private_fn, text, out, api_name="private_fn", api_visibility="private")
        gr.Button("Undocumented").click(
            undocumented_fn, text, out, api_name="undocumented_fn", api_visibility="undocumented"
        )
        gr.FileExplorer(root_dir=os.path.dirname(os.path.abspath(__file__)), label="Admin files")


if __name__ == "__main__":
    demo.launch(
        auth=list(ACCOUNTS.items()) if os.environ.get("CARELESS_AUTH") == "1" else None,
        share=False,
        show_error=True,
        ssr_mode=False,
        mcp_server=True,
        theme=gr.themes.Base(font=["sans-serif"], font_mono=["monospace"]),
    )
