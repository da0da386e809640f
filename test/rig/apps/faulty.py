"""Every fault that `sekisho check` looks for and an app can have, each planted once. `FAULTY_FOLDER` is a scratch folder.

Faults of the launch are chosen by Gradio's own environment variables; `FAULTY_AUTH=1` gives it a login with a known password.
"""

import os
from pathlib import Path

import gradio as gr
import gradio.oauth

# The stand-in for OAuth asks the Hub who runs the app; nothing leaves this machine.
gradio.oauth._get_mocked_oauth_info = lambda: {"userinfo": {"preferred_username": "nobody"}}

folder = Path(os.environ["FAULTY_FOLDER"])
(folder / ".env").write_text("PLANTED=1\n", encoding="utf-8")
(folder / "app.py").write_text("# planted\n", encoding="utf-8")
os.chdir(folder)


def echo(text: str) -> str:
    return text


def together(texts: list[str]) -> list[list[str]]:
    return [[text.upper() for text in texts]]


@gr.cache
def remembered(text: str) -> str:
    return text[::-1]


@gr.cache(per_session=True)
def remembered_by_each(text: str) -> str:
    return text


with gr.Blocks(title="Faulty", analytics_enabled=False) as demo:
    text = gr.Textbox(label="Text")
    out = gr.Textbox(label="Out")
    # The form of a credential and the value of none: it is the example of AWS's documentation.
    gr.Textbox(label="Region", placeholder="such as AKIAIOSFODNN7EXAMPLE")
    gr.Textbox("planted-password", type="password", label="Password")
    gr.Dropdown(["postgres://app:planted-password@db.internal/app"], label="Database")
    gr.Button("Echo").click(echo, text, out, api_name="echo")
    gr.Button("Lambda").click(lambda value: value, text, out)
    gr.Button("Private").click(echo, text, out, api_name="keep_out", api_visibility="private")
    gr.Button("Batch").click(together, text, out, api_name="together", batch=True, max_batch_size=4)
    gr.Button("Cached").click(remembered, text, out, api_name="remembered")
    gr.Button("Cached for each").click(remembered_by_each, text, out, api_name="remembered_by_each")
    gr.Button("Raw").click(echo, text, gr.HTML(label="Raw"), api_name="raw")
    gr.Button("Markdown").click(
        echo, text, gr.Markdown(label="Unclean", sanitize_html=False), api_name="unclean"
    )
    gr.File(label="Upload")
    gr.FileExplorer(root_dir=str(folder), label="Files")
    gr.DeepLinkButton()
    gr.LoginButton()
    with gr.Column(visible=False):
        gr.Textbox("nothing that matters", label="Hidden")
        gr.Button("Report").click(echo, text, out, api_name="admin_report")


if __name__ == "__main__":
    demo.launch(
        auth=[("bob", "bobpw"), ("demo", "demo")] if os.environ.get("FAULTY_AUTH") == "1" else None,
        show_error=True,
        mcp_server=True,
        enable_monitoring=True,
        strict_cors=False,
        allowed_paths=["."],
        app_kwargs={"docs_url": "/docs"},
        head='<meta name="region" content="AKIAIOSFODNN7EXAMPLE">',
        theme=gr.themes.Base(font=["sans-serif"], font_mono=["monospace"]),
    )
