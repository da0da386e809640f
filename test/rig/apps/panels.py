"""A panel for everybody beside one for administrators, on which the app opens."""

import gradio as gr


def connect(text: str, password: str) -> str:
    return f"{text} connected, password of {len(password)} letters"


def ask(question: str) -> str:
    return f"{question}? Yes."


def purge(account: str) -> str:
    return f"PURGED {account}"


with gr.Blocks(title="Panels", analytics_enabled=False) as demo:
    text = gr.Textbox(label="Text", elem_id="text")
    # What stands in the box is also the default of a parameter, and examples of calls are written with it.
    password = gr.Textbox("s3cret-default", type="password", label="Password", elem_id="password")
    out = gr.Textbox(label="Out", elem_id="out")
    gr.Button("Connect", elem_id="connect-go").click(connect, [text, password], out, api_name="connect")
    with gr.Tabs(selected="admin"):
        with gr.Tab("Open", id="open"):
            question = gr.Textbox(label="Question", elem_id="ask-in")
            answer = gr.Textbox(label="Answer", elem_id="ask-out")
            gr.Button("Ask", elem_id="ask-go").click(ask, question, answer, api_name="ask")
        with gr.Tab("Administration", id="admin"):
            account = gr.Textbox("root-account", label="Account", elem_id="purge-in")
            purged = gr.Textbox(label="Purged", elem_id="purge-out")
            go = gr.Button("Purge", elem_id="purge-go")
            go.click(purge, account, purged, api_name="purge").then(
                None, None, None, js="() => console.log('after the purge')"
            )
    with gr.Walkthrough(selected=1):
        with gr.Step("Audit", id=1):
            audit = gr.Textbox(label="Audit", elem_id="audit-in")
            gr.Button("Audit").click(purge, audit, audit, api_name="audit")
        with gr.Step("Done", id=2):
            done = gr.Textbox(label="Done", elem_id="done-in")
            gr.Button("Finish", elem_id="done-go").click(ask, done, done, api_name="finish")


if __name__ == "__main__":
    demo.launch(
        share=False,
        ssr_mode=False,
        theme=gr.themes.Base(font=["sans-serif"], font_mono=["monospace"]),
    )
