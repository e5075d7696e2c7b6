"""Costs of Gradio that this app does not need to pay; see docs/decisions.md for what each came to.

They reach into Gradio, whose version is pinned; tests fail when what they count on has changed.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import gradio as gr
from gradio.blocks import BlocksConfig
from gradio.state_holder import StateHolder

QUEUE_POLL_S = 0.02
"""How often Gradio looks for queued calls (by default a thousand times a second); only gradio_client's calls queue."""

PROGRESS_POLL_S = 1.0
"""How often it looks for progress of queued calls; none reports any."""

SESSION_IDLE = timedelta(minutes=10)
"""Gradio keeps ten thousand sessions for ever. Nothing that matters is in one: a later click makes it anew."""


class FleetingSessions(StateHolder):
    """Gradio's sessions, of which closed pages and idle ones leave none behind."""

    def delete_all_expired_state(self) -> None:
        """Gradio calls this every second."""
        super().delete_all_expired_state()  # type: ignore[no-untyped-call]
        idle_since = datetime.now() - SESSION_IDLE  # noqa: DTZ005 - as Gradio notes it
        with self.lock:
            for name, session in list(self.session_data.items()):
                if session.is_closed or self.time_last_used.get(name, idle_since) <= idle_since:
                    del self.session_data[name]
                    self.time_last_used.pop(name, None)


def forget_sessions(demo: gr.Blocks) -> None:
    """Make the mounted Blocks drop what a closed page leaves."""
    demo.state_holder.__class__ = FleetingSessions


def sessions_of(demo: gr.Blocks) -> int:
    """How many sessions the mounted Blocks hold."""
    return len(demo.state_holder.session_data)


def spare(demo: gr.Blocks) -> None:
    """Make sessions and an idle queue cheap. To be called once the Blocks are mounted."""
    demo._queue.sleep_when_free = QUEUE_POLL_S
    demo._queue.progress_update_sleep_when_free = PROGRESS_POLL_S
    demo.default_config.__class__ = _describing_once(demo)


def _describing_once(demo: gr.Blocks) -> type[BlocksConfig]:
    """A configuration that describes each component once.

    Gradio describes every component for every new session, and each changed one twice for every update, by reading
    the signature of its constructor. Sessions keep that for "deep links" to a page's state, which do not exist here:
    the state is in the database.
    """
    config = demo.default_config
    kept = {block._id: config.config_for_block(block._id, [], block) for block in demo.blocks.values()}

    class Described(BlocksConfig):
        def __copy__(self) -> BlocksConfig:
            copied: BlocksConfig = super().__copy__()  # type: ignore[no-untyped-call]
            copied.__class__ = Described
            return copied

        @staticmethod
        def config_for_block(_id: int, rendered_ids: list[int], block: Any, renderable: Any = None) -> dict[str, Any]:
            if renderable is not None or _id not in kept:
                return BlocksConfig.config_for_block(_id, rendered_ids, block, renderable)
            # A session writes values into its descriptions.
            return {**kept[_id], "props": dict(kept[_id].get("props", {}))}

    return Described
