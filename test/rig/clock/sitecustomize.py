"""Python's clock, moved: `time.time()` is ahead by the seconds that the file CLOCK_OFFSET_FILE holds."""

import os
import time

_real = time.time


def _moved() -> float:
    try:
        with open(os.environ["CLOCK_OFFSET_FILE"], encoding="ascii") as file:
            return _real() + float(file.read() or 0)
    except (KeyError, OSError):
        return _real()


time.time = _moved
