"""Every way in which a function gives a file back, and every way in which it can be made to repeat one."""

import os

import gradio as gr
import numpy as np


def picture(shade: int) -> np.ndarray:
    return np.full((8, 8, 3), shade, dtype=np.uint8)


def one(shade: float):
    return picture(int(shade))


def several(shade: float):
    """One image after the other: changes of a path, then nothing."""
    for step in range(3):
        yield picture(int(shade) + step), f"step {step}"


def growing(shade: float):
    shown = []
    for step in range(3):
        shown.append((picture(int(shade) + step), f"caption {step}"))
        yield shown


def chat(shade: float):
    import tempfile

    name = tempfile.mkdtemp() + "/note.txt"
    with open(name, "w", encoding="utf-8") as file:
        file.write(f"note {shade}")
    messages = [{"role": "user", "content": "Hello"}]
    yield messages
    messages.append({"role": "assistant", "content": ""})
    for word in ("so", "then"):
        messages[-1]["content"] += word
        yield messages
    messages.append({"role": "assistant", "content": {"path": name}})
    yield messages


def shown_in_chat(value):
    """Whatever somebody wrote, inside a component that holds files."""
    return [{"role": "assistant", "content": gr.JSON(value)}]


def updated(shade: float):
    for step in range(2):
        yield gr.update(value=picture(int(shade) + step), label=f"step {step}")


def same(value):
    return value


def shape_of(value) -> str:
    return f"of shape {value.shape}"


def downloaded(download: gr.DownloadData) -> str:
    with open(download.file.path, encoding="utf-8") as opened:
        return opened.read()


def drawn(value):
    composite = value and value["composite"]
    return "nothing" if composite is None else str(composite.getpixel((0, 0)))


def folders():
    for folder in ("/usr/bin", "/usr/lib"):
        yield gr.FileExplorer(root_dir=folder)


with gr.Blocks(title="Gives files", analytics_enabled=False) as demo:
    shade = gr.Number(7)
    text = gr.Textbox()
    image = gr.Image(format="png")
    gallery = gr.Gallery(format="png")
    chatbot = gr.Chatbot()
    json_in, json_out = gr.JSON(), gr.JSON()
    file = gr.File()

    gr.Button().click(one, shade, image, api_name="one")
    gr.Button().click(one, shade, image, api_name="one_fast", queue=False)
    gr.Button().click(several, shade, [image, text], api_name="several")
    gr.Button().click(growing, shade, gallery, api_name="growing")
    gr.Button().click(chat, shade, chatbot, api_name="chat")
    gr.Button().click(shown_in_chat, json_in, chatbot, api_name="shown_in_chat")
    gr.Button().click(updated, shade, image, api_name="updated")
    gr.Button().click(same, json_in, json_out, api_name="echo_json")
    gr.Button().click(same, text, text, api_name="echo_text")
    gr.Button().click(same, file, file, api_name="echo_file")
    gr.Button().click(shape_of, image, text, api_name="shape_of")
    file.download(downloaded, None, text, api_name="downloaded")

    editor = gr.ImageEditor(type="pil", elem_id="editor")
    gr.Button().click(drawn, editor, text, api_name="drawn")

    explorer = gr.FileExplorer(root_dir=os.path.dirname(os.path.abspath(__file__)))
    gr.Button().click(folders, None, explorer, api_name="folders")

    wanted = gr.Number(0)

    @gr.render(inputs=wanted)
    def draw(count: float):
        for number in range(int(count)):
            gr.Image(picture(100 + number), format="png", label=f"Drawn {number}")

    gr.DeepLinkButton()


if __name__ == "__main__":
    demo.launch(share=False, ssr_mode=False, enable_monitoring=False, mcp_server=False)
