"""Looks at a server from beside while it is measured: memory, GPU, its own metrics. In a thread, about every second."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Event, Thread
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from arena.bench.engine_metrics import EngineFigures, engine_figures, read_metrics
from arena.bench.footprint import Footprint, Gpus, Usage, footprint_of, resident_mib

EVERY_S = 1.0
PATIENCE_S = 2.0
PAGE_BYTES = 4 << 20


class Watch:
    """Watches one server while the context is open; the results are there afterwards.

    Args:
        base_url: the contestant's endpoint; its `/metrics` is asked at the root of that server.
        pids: the processes of the server, or of its replicas; none when they are not to be seen.
        gpus: the cards to look at.
        page: gives the text of `/metrics`, empty when there is none.
    """

    def __init__(
        self, base_url: str, pids: Sequence[int], gpus: Gpus, page: Callable[[str], str] | None = None
    ) -> None:
        self._base_url = base_url
        self._pids = pids
        self._gpus = gpus
        self._page = page or metrics_page
        self._readings: list[dict[str, float]] = []
        self._looks: list[Usage] = []
        self._over = Event()
        self._thread = Thread(target=self._run, daemon=True, name="bench-watch")

    def __enter__(self) -> Self:
        self._look()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        self._look()

    @property
    def engine(self) -> EngineFigures | None:
        """What the server said of itself; None when it is no vLLM."""
        return engine_figures(self._readings)

    @property
    def footprint(self) -> Footprint:
        """Memory and power."""
        return footprint_of(self._looks, self._gpus.name)

    def _run(self) -> None:
        while not self._over.wait(EVERY_S):
            self._look()

    def _look(self) -> None:
        seen = [mib for pid in self._pids if (mib := resident_mib(pid)) is not None]
        rss_mib = sum(seen) if seen else None
        self._looks.append(Usage(rss_mib=rss_mib, gpu_mib=self._gpus.used_mib(), gpu_watts=self._gpus.watts()))
        # A server without the page is not asked again: it may count or log such requests.
        if not self._readings or self._readings[-1]:
            self._readings.append(read_metrics(self._page(self._base_url)))


def metrics_page(base_url: str) -> str:
    """The text of `/metrics` at the root of an endpoint's server; empty when there is none."""
    parts = urlsplit(base_url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=PATIENCE_S)
    try:
        connection.request("GET", "/metrics")
        response = connection.getresponse()
        body = response.read(PAGE_BYTES)
    except (OSError, HTTPException):
        return ""  # the run goes on: it is the answers that are measured, and their failures are counted there
    finally:
        connection.close()
    return body.decode("utf-8", "replace") if response.status == 200 else ""
