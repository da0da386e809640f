"""One of every component, all of them inputs of one function; some with bounds."""

import json
import os

import gradio as gr

PLACES = os.path.join(os.environ["GRADIO_TEMP_DIR"], "places")
os.makedirs(PLACES, exist_ok=True)

COLOURS = ["red", "green", "blue"]
SIZES = [("Small", 1), ("Medium", 2.5), ("Large", 40)]
TALK = [
    {"role": "user", "content": "hi"},
    {"role": "assistant", "content": "hello", "metadata": {"title": "thought"}},
]


def kinds(*values) -> str:
    return json.dumps([type(value).__name__ for value in values])


with gr.Blocks(title="Every component", analytics_enabled=False) as demo:
    inputs = [
        gr.Textbox(label="text", elem_id="text-in"),
        gr.Textbox(label="short text", max_length=8),
        gr.Textbox("fixed", label="read-only text", interactive=False),
        gr.Number(label="number", elem_id="number-in"),
        gr.Number(2, minimum=1, maximum=9, label="bounded number"),
        gr.Number(3, precision=0, label="whole number"),
        gr.Number(499, label="read-only number", interactive=False),
        gr.Number(label="read-only nothing", interactive=False),
        gr.Slider(2, 10, label="slider"),
        gr.Checkbox(label="checkbox"),
        gr.CheckboxGroup(COLOURS, label="checkbox group"),
        gr.Radio(COLOURS, label="radio"),
        gr.Radio(SIZES, label="radio of numbers"),
        gr.Dropdown(COLOURS, label="dropdown"),
        gr.Dropdown(SIZES, value=2.5, label="dropdown of numbers"),
        gr.Dropdown(COLOURS, multiselect=True, label="dropdown of several"),
        gr.Dropdown(COLOURS, allow_custom_value=True, label="dropdown with own value"),
        gr.ColorPicker(label="colour"),
        gr.DateTime(label="date"),
        gr.Code(label="code"),
        gr.JSON({"a": [1, None]}, label="json"),
        gr.Dataframe([[1, "a"], [2, "b"]], headers=["n", "s"], label="dataframe"),
        gr.Dataframe(label="empty dataframe"),
        gr.HighlightedText([("a", "x"), ("b", None)], label="highlighted text"),
        gr.Label({"a": 0.75, "b": 0.25}, label="label"),
        gr.HTML("<b>bold</b>", label="html"),
        gr.Markdown("# hi", label="markdown"),
        gr.Chatbot(TALK, label="chatbot"),
        gr.MultimodalTextbox(label="multimodal", elem_id="multimodal-in"),
        gr.State(5),
        gr.BrowserState({"a": 1}),
        gr.Timer(60),
        gr.Image(label="image", elem_id="image-in"),
        gr.ImageEditor(label="image editor", elem_id="editor-in"),
        gr.ImageSlider(label="image slider"),
        gr.Gallery(label="gallery", elem_id="gallery-in"),
        gr.File(label="file", elem_id="file-in"),
        gr.File(file_count="multiple", label="files", elem_id="files-in"),
        gr.UploadButton(label="upload button"),
        gr.DownloadButton("download button"),
        gr.Video(label="video", elem_id="video-in"),
        gr.Audio(label="audio", elem_id="audio-in"),
        gr.Model3D(label="model"),
        gr.AnnotatedImage(label="annotated image"),
        gr.FileExplorer(root_dir=PLACES, value=[], label="explorer"),
        gr.ParamViewer({"p": {"type": "int", "description": "d", "default": "1"}}),
        gr.Dataset(components=["textbox"], samples=[["a"], ["b"]], label="dataset"),
        gr.Plot(label="plot"),
        gr.BarPlot(label="bar plot"),
        gr.Dialogue([{"speaker": "A", "text": "hi"}], speakers=["A", "B"], label="dialogue"),
        gr.Button("button"),
        gr.Navbar(),
    ]
    result = gr.Textbox(label="result", elem_id="result")
    gr.Button("Queued", elem_id="queued").click(kinds, inputs, result, api_name="queued")
    gr.Button("Direct", elem_id="direct").click(kinds, inputs, result, api_name="direct", queue=False)
    gr.Button("Scripted", elem_id="scripted").click(
        lambda text: f"scripted {text}", inputs[2], result, js="() => [7, 8]", api_name="scripted"
    )


if __name__ == "__main__":
    demo.launch(share=False, ssr_mode=False, enable_monitoring=False, mcp_server=False)
