"""Shows what people write as HTML, in every component that can, and answers far more than anybody holds in memory."""

import gradio as gr


def post(text: str) -> str:
    return text


def stream(text: str):
    for end in range(3, len(text) + 3, 3):
        yield text[:end]


def stream_update(text: str):
    for end in range(3, len(text) + 3, 3):
        yield gr.HTML(value=text[:end], visible=True)


def update(text: str):
    return gr.HTML(value=text, js_on_load="document.title = 'from an update'")


def table(text: str):
    return [[text, text]]


def chat(text: str):
    return [{"role": "user", "content": text}, {"role": "assistant", "content": gr.HTML(text)}]


def both(text: str):
    return text, text


def large(text: str):
    return text + "x" * 20_000_000 + " " + text


def large_error(text: str):
    raise ValueError(text + "x" * 20_000_000)


def large_stream(text: str):
    # What can't be told from the first message goes on in the next.
    yield "x" * 20_000_000 + " " + text[:20]
    yield "x" * 20_000_000 + " " + text


with gr.Blocks(title="Boards", analytics_enabled=False) as demo:
    text = gr.Textbox(label="Text", elem_id="text")
    board = gr.HTML(elem_id="board")
    streamed = gr.HTML(elem_id="streamed")
    updated = gr.HTML(elem_id="updated")
    letters = gr.HTML(elem_id="letters", html_template="<p>{{value}}</p>")
    framed = gr.HTML(elem_id="framed", html_template='<p title="${value}">framed</p>')
    note = gr.Markdown(elem_id="note", sanitize_html=False)
    cells = gr.Dataframe(elem_id="cells", headers=["a", "b"], datatype=["html", "str"])
    talk = gr.Chatbot(elem_id="talk")
    beside = gr.Textbox(label="Beside", elem_id="beside")
    gr.Button("Post", elem_id="post").click(post, text, board, api_name="post")
    gr.Button("Stream", elem_id="stream").click(stream, text, streamed, api_name="stream")
    gr.Button("Update", elem_id="update").click(update, text, updated, api_name="update")
    gr.Button("Stream update").click(stream_update, text, updated, api_name="stream_update")
    gr.Button("Letters", elem_id="write").click(post, text, letters, api_name="letters")
    gr.Button("Framed", elem_id="frame").click(post, text, framed, api_name="framed")
    gr.Button("Note", elem_id="take").click(post, text, note, api_name="note")
    gr.Button("Table", elem_id="fill").click(table, text, cells, api_name="table")
    gr.Button("Chat", elem_id="say").click(chat, text, talk, api_name="chat")
    gr.Button("Both", elem_id="both").click(both, text, [board, beside], api_name="both")
    gr.Button("Plain").click(post, text, board, api_name="plain")
    gr.Button("Large").click(large, text, beside, api_name="large")
    gr.Button("Large error").click(large_error, text, beside, api_name="large_error")
    gr.Button("Large stream").click(large_stream, text, beside, api_name="large_stream")

    @gr.render(inputs=text, triggers=[text.submit])
    def drawn(value):
        gr.HTML(value, elem_id="drawn")


if __name__ == "__main__":
    demo.launch(
        share=False,
        ssr_mode=False,
        enable_monitoring=False,
        mcp_server=True,
        show_error=True,
        theme=gr.themes.Base(font=["sans-serif"], font_mono=["monospace"]),
    )
