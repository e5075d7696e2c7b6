"""Which addresses are served: what the pages and programs need, and nothing else of what Gradio offers.

Gradio brings uploads, a file server, a proxy, recordings, monitoring, a code assistant and more; whatever a later
version adds stays closed too. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

MOUNTS = ("", "/zh")
"""Where Gradio is mounted."""

_READ = frozenset({"GET", "HEAD"})
_FILES = re.compile(r"/(assets|static)/[\w./-]+")
_GET = frozenset(
    {"/config", "/theme.css", "/favicon.ico", "/manifest.json", "/pwa_icon", "/robots.txt"}
    | {"/gradio_api/info", "/gradio_api/queue/data"}  # gradio_client's
)
_BEAT = re.compile(r"/gradio_api/heartbeat/[\w-]{1,64}")
"""Open for as long as a page is: at its end Gradio forgets the page's session."""
_POST = re.compile(r"/gradio_api/(run/\w+|queue/join)")


class Doors:
    """The addresses that are open.

    Args:
        pages: the pages' paths.
        own: the routes that are not Gradio's, as patterns of whole paths.
    """

    def __init__(self, pages: Collection[str], own: Iterable[re.Pattern[str]]) -> None:
        self._pages = frozenset(pages)
        self._own = tuple(own)

    def open(self, method: str, path: str) -> bool:
        """Whether a request may go on."""
        if any(pattern.fullmatch(path) for pattern in self._own):
            return True
        if ".." in path:
            return False
        inner = next((path[len(m) :] for m in MOUNTS[::-1] if path == m or path.startswith(f"{m}/")), path)
        if method in _READ:
            return (
                path in self._pages
                or path.rstrip("/") in self._pages
                or inner in _GET
                or bool(_FILES.fullmatch(inner))
                or bool(_BEAT.fullmatch(inner))
            )
        return method == "POST" and bool(_POST.fullmatch(inner))
