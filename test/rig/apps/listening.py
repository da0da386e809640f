"""Listens and looks while somebody speaks: pieces of sound and pictures come in one after the other."""

import gradio as gr


def hear(piece, count: int):
    rate, samples = piece
    return count + 1, f"heard {count + 1} at {rate}, {len(samples) > 0}"


def look(picture, count: int):
    return count + 1, f"saw {count + 1} of {picture.shape[2]}"


with gr.Blocks(title="Listening", analytics_enabled=False) as demo:
    microphone = gr.Audio(label="Microphone", sources=["microphone"], streaming=True, elem_id="microphone")
    heard = gr.State(0)
    heard_out = gr.Textbox(label="Heard", elem_id="heard")
    microphone.stream(hear, [microphone, heard], [heard, heard_out], stream_every=0.5, api_name="hear")

    camera = gr.Image(label="Camera", sources=["webcam"], streaming=True, elem_id="camera")
    seen = gr.State(0)
    seen_out = gr.Textbox(label="Seen", elem_id="seen")
    camera.stream(look, [camera, seen], [seen, seen_out], stream_every=0.5, api_name="look")


if __name__ == "__main__":
    demo.launch(share=False, ssr_mode=False, enable_monitoring=False, mcp_server=False)
