"""The careful app: the same kinds of things as the faulty one, none of its faults."""

import html
import os

import gradio as gr

os.umask(0o077)


def summarize(text: str) -> str:
    return f"**{len(text.split())}** words"


def shout(text: str) -> str:
    return text.upper()


@gr.cache(per_session=True)
def reverse(text: str) -> str:
    return text[::-1]


def quote(text: str) -> str:
    return f"> {html.escape(text)}"


with gr.Blocks(title="Careful", analytics_enabled=False) as demo:
    text = gr.Textbox(label="Text", placeholder="such as postgres://db.internal/app")
    gr.Textbox(type="password", label="Password", placeholder="at least 15 characters")
    out = gr.Textbox(label="Out")
    gr.Button("Summarize").click(summarize, text, gr.Markdown(label="Summary"), api_name="summarize")
    gr.Button("Shout").click(shout, text, out, api_name="shout")
    gr.Button("Reverse").click(reverse, text, out, api_name="reverse")
    gr.Button("Quote").click(quote, text, gr.Markdown(label="Quote"), api_name="quote")
    gr.Button("In the browser").click(None, text, out, js="(text) => text")
    gr.File(label="Upload")
    gr.HTML("<p>These words are the author's own.</p>")
    # Hidden and empty, with nothing behind it.
    gr.Textbox(label="Later", visible=False)


if __name__ == "__main__":
    demo.launch(
        share=False,
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        max_file_size="10mb",
        theme=gr.themes.Base(font=["sans-serif"], font_mono=["monospace"]),
    )
