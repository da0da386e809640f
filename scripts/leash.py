"""Runs a Python program that ends when its starter does: the pipe at file descriptor 3 closes (process-group.ts)."""

import os
import runpy
import signal
import sys
import threading


def leave_with_starter() -> None:
    try:
        while os.read(3, 1024):
            pass
    except OSError:
        return
    os.killpg(0, signal.SIGKILL)


def leave_now(*_: object) -> None:
    # Gradio waits for open streams when it is asked to stop; a test app has nothing to lose.
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=leave_with_starter, daemon=True).start()
    signal.signal(signal.SIGTERM, leave_now)
    sys.argv = sys.argv[1:]
    sys.path[0] = os.path.dirname(os.path.abspath(sys.argv[0]))
    runpy.run_path(sys.argv[0], run_name="__main__")
