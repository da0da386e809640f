"""A foreign app, unmodified: the dashboard that ships inside Gradio, with its own random data made repeatable."""
import random, runpy; random.seed(20)  # noqa: E401, E702
runpy.run_module("gradio.monitoring_dashboard", run_name="__main__")
