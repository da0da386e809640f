"""The app behind the gate: an ordinary Gradio app that knows nothing of it."""

import gradio as gr


def greet(name: str) -> str:
    return f"Hello {name or 'you'}!"


demo = gr.Interface(greet, "text", "text", api_name="greet", flagging_mode="never")

if __name__ == "__main__":
    demo.launch()
