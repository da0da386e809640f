"""A shop that trusts its page: the price comes back from a box that nobody can type into."""

import gradio as gr

PRICES = {"lamp": 20, "yacht": 250_000}


def quote(item: str) -> float:
    return PRICES[item]


def haggle(item: str):
    """The price falls while the page looks on."""
    for part in (3, 2, 1):
        yield PRICES[item] * part


def buy(item: str, price: float, sure: bool) -> str:
    return f"sold a {item} for {price:g}"


with gr.Blocks(title="Shop", analytics_enabled=False) as demo:
    item = gr.Dropdown(list(PRICES), label="Item")
    price = gr.Number(label="Price", interactive=False)
    sure = gr.Checkbox(label="Sure")
    sold = gr.Textbox(label="Sold")
    gr.Button("Quote").click(quote, item, price, api_name="quote")
    gr.Button("Haggle").click(haggle, item, price, api_name="haggle")
    gr.Button("Quote at once").click(quote, item, price, api_name="quote_now", queue=False)
    gr.Button("Buy").click(buy, [item, price, sure], sold, api_name="buy")


if __name__ == "__main__":
    demo.launch(share=False, ssr_mode=False, enable_monitoring=False, mcp_server=False)
