"""Two people in one app: everything that one of them could reach of the other's."""

import asyncio
import os
import time
from pathlib import Path

import fastapi
import gradio as gr
import uvicorn

TEMPORARY = Path(os.environ["GRADIO_TEMP_DIR"])
JOURNAL = os.environ.get("NEIGHBOURS_JOURNAL")


def journal(line: str) -> None:
    if JOURNAL:
        with open(JOURNAL, "a", encoding="utf-8") as file:
            file.write(f"{line}\n")


def echo(text: str) -> str:
    return text


def echo_json(value):
    return value


def remember(item: str, items: list) -> tuple[list, str]:
    items = [*items, item]
    return items, ", ".join(items)


def count(last: float, pause: float):
    for number in range(1, int(last) + 1):
        yield f"counted {number}"
        time.sleep(pause)
    journal("count finished")


def sleep(seconds: float, word: str) -> str:
    time.sleep(seconds)
    return f"slept and said {word}"


def together(words: list[str]):
    """Waits, where it is told to, until a file says go."""
    while "wait" in words and not (TEMPORARY / "go").exists():
        time.sleep(0.02)
    return [[f"{word}: one of {len(words)}" for word in words]]


def whose(words: list[str], request: gr.Request):
    """Waits like `together`, and answers each word with the name that it sees."""
    while "wait" in words and not (TEMPORARY / "go").exists():
        time.sleep(0.02)
    return [[f"{word} for {request.username}" for word in words]]


@gr.cache
def cached(text: str) -> str:
    return f"made of {text} at {time.time_ns()}"


def save(text: str) -> str:
    path = TEMPORARY / f"note-{time.time_ns()}.txt"
    path.write_text(text, encoding="utf-8")
    return str(path)


def read(file: str) -> str:
    return Path(file).read_text(encoding="utf-8")


def read_message(message: dict) -> str:
    return " ".join(Path(name).read_text(encoding="utf-8") for name in message["files"])


def link_slowly(path: str):
    """A link that no single message of the stream holds whole."""
    said = ""
    for piece in ["see [it](", "/gradio_api/file=", path, ")"]:
        said += piece
        yield said
        time.sleep(0.05)


def session_of(request: gr.Request) -> str:
    return str(request.session_hash)


class Radio(gr.Audio):
    """Sends its pieces as they are, where Gradio would have ffmpeg make sound of them."""

    is_template = True

    def _encode_chunk(self, output_id: str, data: bytes):
        return {"data": data, "duration": 1.0, "extension": ".aac"}


def play(text: str):
    for number in range(3):
        yield f"{text}, part {number}".encode()


async def hold(word: str):
    """Says one thing, and the other when a file of this name says go."""
    yield f"{word} begins"
    while not (TEMPORARY / word).exists():
        await asyncio.sleep(0.02)
    yield f"{word} ends"


def follow(picture, text: str) -> str:
    return f"followed {text}"


def open_shelf(name: str):
    """The same component for everybody, with a folder for this visitor alone."""
    folder = TEMPORARY / "shelves" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"letters of {name}").touch()
    return gr.FileExplorer(root_dir=folder)


def leave(request: gr.Request) -> None:
    journal(f"left {request.session_hash}")


with gr.Blocks(title="Neighbours", analytics_enabled=False) as demo:
    text = gr.Textbox(label="Text", elem_id="text")
    out = gr.Textbox(label="Out", elem_id="out")
    number = gr.Number(1, label="Number", elem_id="number")
    pause = gr.Number(0.1, label="Pause", elem_id="pause")
    file_in = gr.File(label="File in")
    gr.Button("Echo", elem_id="echo").click(echo, text, out, api_name="echo")
    gr.Button("Echo JSON").click(echo_json, gr.JSON(label="JSON in"), gr.JSON(label="JSON out"), api_name="echo_json")
    items = gr.State([])
    gr.Button("Remember").click(remember, [text, items], [items, out], api_name="remember")
    gr.Button("Count", elem_id="count").click(count, [number, pause], out, api_name="count")
    gr.Button("Sleep").click(sleep, [number, text], out, api_name="sleep")
    gr.Button("Together").click(together, text, out, api_name="together", batch=True, max_batch_size=4)
    gr.Button("Save").click(save, text, gr.File(label="Saved"), api_name="save")
    gr.Button("Read").click(read, file_in, out, api_name="read")
    gr.Button("Read message").click(
        read_message, gr.MultimodalTextbox(label="Message"), out, api_name="read_message"
    )
    gr.Button("Link").click(link_slowly, text, gr.Markdown(), api_name="link_slowly")
    gr.Button("Session").click(session_of, None, out, api_name="session_of")
    shelf = gr.FileExplorer(root_dir=os.path.dirname(os.path.abspath(__file__)), label="Shelf", elem_id="shelf")
    gr.Button("Pick").click(lambda names: str(names), shelf, out, api_name="pick")
    gr.Button("Open shelf").click(open_shelf, text, shelf, api_name="open_shelf")
    gr.Button("Hold").click(hold, text, out, api_name="hold")
    gr.Button("Whose").click(whose, text, out, api_name="whose", batch=True, max_batch_size=4)
    gr.Button("Cached").click(cached, text, out, api_name="cached")
    radio = Radio(label="Radio", streaming=True)
    gr.Button("Play").click(play, text, radio, api_name="play")
    camera = gr.Image(label="Camera", sources=["webcam"], streaming=True)
    camera.stream(follow, [camera, text], out, api_name="follow", stream_every=0.1, time_limit=60)
    many = gr.Slider(0, 3, value=1, step=1, label="Many")

    @gr.render(inputs=many)
    def draw(wanted: float):
        for place in range(int(wanted)):
            box = gr.Textbox(label=f"Box {place}")
            gr.Button(f"Fill {place}").click(lambda place=place: f"filled {place}", None, box, api_name="fill")

    demo.unload(leave)


def mount() -> None:
    """In an app of one's own, where Gradio doesn't look at the paths of inputs."""
    server = gr.mount_gradio_app(fastapi.FastAPI(), demo, path="/")
    port = int(os.environ["GRADIO_SERVER_PORT"])
    uvicorn.run(server, host="127.0.0.1", port=port, server_header=False)


if __name__ == "__main__" and os.environ.get("NEIGHBOURS_MOUNTED") == "1":
    mount()
elif __name__ == "__main__":
    demo.launch(
        auth=[("alice", "alicepw"), ("bob", "bobpw")] if os.environ.get("NEIGHBOURS_AUTH") == "1" else None,
        share=False,
        ssr_mode=False,
        enable_monitoring=False,
        mcp_server=False,
        theme=gr.themes.Base(font=["sans-serif"], font_mono=["monospace"]),
    )
