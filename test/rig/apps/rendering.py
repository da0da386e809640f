"""What gr.render makes at run time, in every Gradio since 4.32."""

import gradio as gr

with gr.Blocks(title="Rendering", analytics_enabled=False) as demo:
    many = gr.Slider(0, 3, value=0, step=1, label="Many")

    @gr.render(inputs=many)
    def draw(wanted: float):
        for place in range(int(wanted)):
            box = gr.Textbox(label=f"Box {place}")
            gr.Button(f"Fill {place}").click(lambda place=place: f"filled {place}", None, box, api_name="fill")

    secret = gr.Slider(0, 3, value=0, step=1, label="Secret")

    @gr.render(inputs=secret)
    def draw_secret(wanted: float):
        for place in range(int(wanted)):
            box = gr.Textbox(label=f"Secret box {place}")
            gr.Button(f"Tell {place}").click(lambda place=place: f"told {place}", None, box, api_name="tell")


if __name__ == "__main__":
    options = {"share": False, "enable_monitoring": False}
    if int(gr.__version__.split(".")[0]) >= 5:
        options["ssr_mode"] = False
    demo.launch(**options)
