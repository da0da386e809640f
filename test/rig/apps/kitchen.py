"""Every kind of component that the browser tests use, each with fixed answers."""

import os
import time
from pathlib import Path

import gradio as gr
from PIL import Image, ImageOps

MEDIA = Path(gr.__file__).parent / "media_assets"
TEMPORARY = Path(os.environ["GRADIO_TEMP_DIR"])
SHELF = TEMPORARY / "shelf"
JOURNAL = os.environ.get("KITCHEN_JOURNAL")


def journal(line: str) -> None:
    """What happened on the server, for tests that must see it from outside."""
    if JOURNAL:
        with open(JOURNAL, "a", encoding="utf-8") as file:
            file.write(f"{line}\n")


def stock_shelf() -> None:
    (SHELF / "lower").mkdir(parents=True, exist_ok=True)
    (SHELF / "top.txt").write_text("top\n", encoding="utf-8")
    (SHELF / "lower" / "deep.txt").write_text("deep\n", encoding="utf-8")


def echo(text: str) -> str:
    return f"echo: {text}"


def count_slowly(last: float, pause: float):
    """One number after the other; the journal tells how far it came when nobody wanted more."""
    try:
        for number in range(1, int(last) + 1):
            yield f"counted {number}"
            time.sleep(pause)
        journal("count finished")
    finally:
        journal("count left")


def work(progress: gr.Progress = gr.Progress()) -> str:
    for _ in progress.tqdm(range(8), desc="Working"):
        time.sleep(0.15)
    return "work done"


def mirror(image: Image.Image) -> Image.Image:
    return ImageOps.mirror(image.convert("RGB"))


def shout(file: str) -> str:
    source = Path(file)
    target = TEMPORARY / f"shouted-{source.name}"
    target.write_text(source.read_text(encoding="utf-8").upper(), encoding="utf-8")
    return str(target)


def talk(message: str, history: list):
    said = ""
    for word in f"You said {message}".split(" "):
        said = f"{said} {word}".strip()
        yield said
        time.sleep(0.05)


def fail() -> None:
    raise gr.Error("The kitchen is closed.", title="Closed")


def crash() -> None:
    raise RuntimeError("an inner detail that no client may see")


def warn() -> str:
    gr.Warning("The soup is hot.")
    return "warned"


def count_up(count: int) -> tuple[int, str]:
    return count + 1, f"count is {count + 1}"


def tick(count: int) -> tuple[int, str]:
    return count + 1, f"ticked {min(count + 1, 3)}"


def show_request(request: gr.Request) -> dict:
    return {
        "headers": dict(request.headers),
        "cookies": dict(request.cookies),
        "query": dict(request.query_params),
        "client": request.client.host if request.client else None,
        "url": str(request.url),
    }


def list_picked(picked: list[str] | None) -> str:
    return "picked " + ", ".join(sorted(Path(name).name for name in picked or []))


def show_query(request: gr.Request) -> str:
    return f"x={dict(request.query_params).get('x', '')}"


stock_shelf()

with gr.Blocks(title="Kitchen", analytics_enabled=False) as demo:
    gr.Markdown("# Kitchen")

    echo_in = gr.Textbox(label="Echo in", elem_id="echo-in")
    echo_out = gr.Textbox(label="Echo out", elem_id="echo-out")
    gr.Button("Echo", elem_id="echo-go").click(echo, echo_in, echo_out, api_name="echo")
    gr.Button("Echo outside the queue", elem_id="fast-go").click(
        echo, echo_in, echo_out, api_name="fast_echo", queue=False
    )

    count_last = gr.Number(6, label="Count to", elem_id="count-last")
    count_pause = gr.Number(0.1, label="Pause", elem_id="count-pause")
    count_out = gr.Textbox(label="Counted", elem_id="count-out")
    counting = gr.Button("Count", elem_id="count-go").click(
        count_slowly, [count_last, count_pause], count_out, api_name="count"
    )
    gr.Button("Stop counting", elem_id="count-stop").click(None, cancels=[counting])

    work_out = gr.Textbox(label="Work", elem_id="work-out")
    gr.Button("Work", elem_id="work-go").click(work, None, work_out, api_name="work")

    image_in = gr.Image(label="Image in", type="pil", elem_id="image-in", sources=["upload"])
    image_out = gr.Image(label="Image out", elem_id="image-out", format="png")
    gr.Button("Mirror", elem_id="image-go").click(mirror, image_in, image_out, api_name="mirror")

    file_in = gr.File(label="File in", elem_id="file-in")
    file_out = gr.File(label="File out", elem_id="file-out", interactive=False)
    file_in.upload(shout, file_in, file_out, api_name="shout")

    with gr.Column(elem_id="chat"):
        gr.ChatInterface(talk, api_name="talk")

    error_out = gr.Textbox(label="Error out", elem_id="error-out")
    gr.Button("Fail", elem_id="fail-go").click(fail, None, None, api_name="fail")
    gr.Button("Crash", elem_id="crash-go").click(crash, None, error_out, api_name="crash")
    gr.Button("Warn", elem_id="warn-go").click(warn, None, error_out, api_name="warn")

    count_state = gr.State(0)
    state_out = gr.Textbox(label="State", elem_id="state-out")
    gr.Button("Count up", elem_id="state-go").click(
        count_up, count_state, [count_state, state_out], api_name="count_up"
    )

    audio_out = gr.Audio(label="Audio", elem_id="audio-out")
    gr.Button("Play audio", elem_id="audio-go").click(
        lambda: str(MEDIA / "audio" / "audio_sample.wav"), None, audio_out, api_name="audio"
    )
    video_out = gr.Video(label="Video", elem_id="video-out")
    gr.Button("Play video", elem_id="video-go").click(
        lambda: str(MEDIA / "videos" / "b.mp4"), None, video_out, api_name="video"
    )

    # Gradio 6.31's page can't tick anything in an explorer whose value was never set.
    explorer = gr.FileExplorer(root_dir=SHELF, value=[], label="Shelf", elem_id="explorer")
    explorer_out = gr.Textbox(label="Picked", elem_id="explorer-out")
    gr.Button("Pick", elem_id="explorer-go").click(list_picked, explorer, explorer_out, api_name="pick")

    boxes = gr.Slider(0, 4, value=1, step=1, label="Boxes", elem_id="render-count")

    @gr.render(inputs=boxes)
    def draw(count: float):
        for number in range(int(count)):
            box = gr.Textbox(label=f"Box {number}", elem_id=f"box-{number}")
            gr.Button(f"Fill {number}", elem_id=f"fill-{number}").click(
                lambda number=number: f"filled {number}", None, box
            )

    timer_state = gr.State(0)
    timer_out = gr.Textbox(label="Timer", elem_id="timer-out")
    gr.Timer(0.3).tick(tick, timer_state, [timer_state, timer_out], api_name="tick", show_progress="hidden")

    request_out = gr.JSON(label="Request", elem_id="request-out")
    gr.Button("Show the request", elem_id="request-go").click(show_request, None, request_out, api_name="request")

    demo.load(lambda: journal("loaded"), api_visibility="private")
    demo.unload(lambda: journal("unloaded"))

with demo.route("Second page", "/second-page"):
    gr.Markdown("# Second page")
    second_out = gr.Textbox(label="Query", elem_id="query-out")
    gr.Button("Show the query", elem_id="query-go").click(show_query, None, second_out, api_name="query")


if __name__ == "__main__":
    demo.launch(
        share=False,
        ssr_mode=False,
        enable_monitoring=False,
        mcp_server=False,
        allowed_paths=[str(MEDIA)],
        theme=gr.themes.Base(font=["sans-serif"], font_mono=["monospace"]),
    )
