"""The smallest app; how it is launched is told by Gradio's own environment variables."""

import gradio as gr

with gr.Blocks() as demo:
    gr.Textbox(label="Nothing else")

demo.launch()
