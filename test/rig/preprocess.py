"""Answers, line by line, whether a real component takes a value: {"label": …, "value": …} → {"taken": …}."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "apps"))

import every  # noqa: E402
from gradio import processing_utils  # noqa: E402


def take(block, value) -> None:
    """The part of gradio/blocks.py 6.31, preprocess_data, that looks at the value."""
    cached = processing_utils.move_files_to_cache(value, block, check_in_upload_folder=False)
    if getattr(block, "data_model", None) and cached is not None:
        cached = block.data_model.model_validate(cached, context={"validate_meta": True})
    block.preprocess(cached)


blocks = {getattr(block, "label", None): block for block in every.inputs}
for line in sys.stdin:
    case = json.loads(line)
    try:
        take(blocks[case["label"]], case["value"])
        print(json.dumps({"taken": True}), flush=True)
    except Exception as error:  # noqa: BLE001
        print(json.dumps({"taken": False, "why": f"{type(error).__name__}: {error}"[:200]}), flush=True)
