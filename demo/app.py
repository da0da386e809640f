"""The demo: an ordinary Gradio app that knows nothing of the gate in front of it.

Run alone with `python demo/app.py [port]`; `npm run demo` starts it behind the gate.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

# Nothing leaves this machine, and files stay apart from those of other Gradio apps.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
if "GRADIO_TEMP_DIR" not in os.environ:
    os.environ["GRADIO_TEMP_DIR"] = tempfile.mkdtemp(prefix="sekisho-demo-")

import gradio as gr  # noqa: E402  (reads the variables above)
from PIL import Image, ImageFilter, ImageOps  # noqa: E402


def summarize(first: str, second: str, third: str) -> str:
    rows = [("Content 1", first), ("Content 2", second), ("Content 3", third)]
    table = "\n".join(
        f"| {name} | {text.strip() or '–'} | {len(text.split())} |"
        for name, text in rows
    )
    words = sum(len(text.split()) for _, text in rows)
    return (
        "### Result\n\n| Field | Text | Words |\n|:--|:--|--:|\n"
        f"{table}\n\n**{words} words** in all."
    )


def tell(text: str, pause: float, progress: gr.Progress = gr.Progress()):
    """Streams the text word by word, and shows how far it has come."""
    words = text.split()
    said = ""
    for number, word in enumerate(words, start=1):
        progress((number, len(words)), desc="Telling", unit="words")
        said = f"{said} {word}".strip()
        yield said
        time.sleep(pause)


def process_image(image: Image.Image | None, effect: str) -> Image.Image:
    if image is None:
        raise gr.Error("Choose an image first.", title="No image")
    image = image.convert("RGB")
    if effect == "Pencil":
        grey = ImageOps.grayscale(image)
        return ImageOps.autocontrast(ImageOps.invert(grey.filter(ImageFilter.FIND_EDGES)))
    if effect == "Warm":
        return ImageOps.colorize(ImageOps.grayscale(image), "#2b1a12", "#ffe9c9", "#d9793f")
    return image.filter(ImageFilter.GaussianBlur(max(image.size) / 80))


def count_lines(file: str | None) -> tuple[str, str]:
    if file is None:
        raise gr.Error("Choose a file first.", title="No file")
    source = Path(file)
    text = source.read_text(encoding="utf-8", errors="replace")
    numbered = Path(tempfile.mkdtemp(dir=os.environ["GRADIO_TEMP_DIR"])) / f"{source.stem}-numbered.txt"
    numbered.write_text(
        "".join(f"{number:>4}  {line}\n" for number, line in enumerate(text.splitlines(), start=1)),
        encoding="utf-8",
    )
    facts = f"**{source.name}**: {len(text.splitlines())} lines, {len(text.split())} words."
    return facts, str(numbered)


def answer(message: str, history: list):
    """No model behind it: it only shows that a chat streams through the gate."""
    words = message.split()
    reply = (
        f"You wrote {len(words)} word{'' if len(words) == 1 else 's'}, and this is message "
        f"{len(history) // 2 + 1} of our talk. Backwards it reads: *{' '.join(reversed(words))}*"
    )
    said = ""
    for word in reply.split(" "):
        said = f"{said} {word}".strip()
        yield said
        time.sleep(0.04)


def fail() -> None:
    raise gr.Error("This is what a refused input looks like.", title="On purpose")


STORY = (
    "At the checkpoint of Hakone every traveller showed a pass. The guards did not ask for a secret word, "
    "since words are overheard on the road; they asked for something only the right person could do."
)

CSS = """
.gradio-container { max-width: 960px !important; margin: 0 auto !important; }
#title h1 { margin-bottom: 0.1em; letter-spacing: -0.01em; }
#title p { opacity: 0.75; }
#result { min-height: 9em; }
"""

# Named fonts of the system: Gradio's own themes would ask a font server.
THEME = gr.themes.Soft(
    primary_hue="teal",
    secondary_hue="teal",
    neutral_hue="slate",
    font=["system-ui", "-apple-system", "Segoe UI", "Hiragino Sans", "Noto Sans CJK JP", "sans-serif"],
    font_mono=["ui-monospace", "SFMono-Regular", "Consolas", "monospace"],
)

with gr.Blocks(title="Sekisho demo", analytics_enabled=False) as demo:
    gr.Markdown(
        "# Behind the gate\nAn unchanged Gradio app. Whoever sees this page has shown that they know the "
        "password, without ever sending it.",
        elem_id="title",
    )
    with gr.Tab("Text"):
        with gr.Row():
            content1 = gr.Textbox(label="Content 1", placeholder="A few words …")
            content2 = gr.Textbox(label="Content 2", placeholder="… some more …")
        with gr.Row():
            content3 = gr.Textbox(label="Content 3", placeholder="… and a longer thought.", lines=3)
        submit = gr.Button("Submit", variant="primary")
        result = gr.Markdown("### Result\n\nFill in what you like and submit.", elem_id="result", container=True)
        gr.on(
            [submit.click, content1.submit, content2.submit],
            summarize,
            [content1, content2, content3],
            result,
            api_name="summarize",
        )

    with gr.Tab("Streaming"):
        gr.Markdown("Words arrive one by one. **Stop** ends the running job on the server.")
        story = gr.Textbox(STORY, label="Story", lines=3)
        pause = gr.Slider(0.02, 0.5, value=0.12, step=0.02, label="Seconds per word")
        with gr.Row():
            start = gr.Button("Tell", variant="primary")
            stop = gr.Button("Stop", variant="stop")
        told = gr.Textbox(label="Told so far", lines=4, interactive=False)
        telling = start.click(tell, [story, pause], told, api_name="tell")
        stop.click(None, cancels=[telling])

    with gr.Tab("Image"):
        with gr.Row(equal_height=True):
            picture = gr.Image(label="Your image", type="pil", height=320, sources=["upload", "clipboard"])
            processed = gr.Image(label="Processed", height=320, interactive=False, format="png")
        effect = gr.Radio(["Pencil", "Warm", "Blur"], value="Pencil", label="Effect")
        gr.Button("Process", variant="primary").click(
            process_image, [picture, effect], processed, api_name="process_image"
        )

    with gr.Tab("File"):
        with gr.Row():
            upload = gr.File(label="A text file of yours", file_types=["text"])
            download = gr.File(label="The same, with line numbers", interactive=False)
        counted = gr.Markdown()
        upload.upload(count_lines, upload, [counted, download], api_name="count_lines")

    with gr.Tab("Chat"):
        gr.ChatInterface(
            answer,
            chatbot=gr.Chatbot(height=360, show_label=False, placeholder="Say something; it answers word by word."),
            api_name="chat",
        )

    with gr.Tab("Errors"):
        gr.Markdown("An app may refuse an input and say why. The message passes the gate unchanged.")
        gr.Button("Raise an error", variant="stop").click(fail, api_name="fail")


if __name__ == "__main__":
    demo.queue(default_concurrency_limit=4)
    demo.launch(
        server_name="127.0.0.1",
        server_port=int(sys.argv[1]) if len(sys.argv) > 1 else None,  # else GRADIO_SERVER_PORT or 7860
        share=False,
        ssr_mode=False,
        enable_monitoring=False,
        mcp_server=False,
        show_error=False,
        footer_links=["gradio", "settings"],
        theme=THEME,
        css=CSS,
    )
