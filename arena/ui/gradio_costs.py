"""Two costs of Gradio that this app does not need to pay; see docs/decisions.md for what each came to.

Both reach into Gradio, whose version is pinned; tests fail when what they count on has changed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

QUEUE_POLL_S = 0.02
"""How often Gradio looks for queued calls (by default a thousand times a second); only gradio_client's calls queue."""

PROGRESS_POLL_S = 1.0
"""How often it looks for progress of queued calls; none reports any."""


def spare(demo: gr.Blocks) -> None:
    """Make sessions and an idle queue cheap. To be called once the Blocks are mounted."""
    demo._queue.sleep_when_free = QUEUE_POLL_S
    demo._queue.progress_update_sleep_when_free = PROGRESS_POLL_S
    # Every new session describes every component, by the signature of its constructor; the description never differs.
    for block in demo.blocks.values():
        block.get_config = _once(block.get_config)  # type: ignore[assignment, method-assign]


def _once(describe: Callable[[], dict[str, Any]]) -> Callable[[], dict[str, Any]]:
    kept = describe()
    # Whoever asks may write into the answer.
    return lambda: dict(kept)
