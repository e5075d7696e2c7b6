"""The log: one structured line an event, on standard error, without prompts or answers."""

from __future__ import annotations

import logging
import sys
from contextlib import suppress

import structlog

_CHATTY = (
    "httpx",
    "httpx2",
    "httpcore",
    "openai",
    "authlib",
    "gradio",
    "asyncio",
    "alembic",
    "uvicorn.access",
    "aiohttp",
)


def configure_logging(log_format: str, level: str) -> None:
    """Set up structlog and quieten libraries that would log requests.

    Args:
        log_format: `json` for machines, `text` for people.
        level: a name of `logging`, such as `INFO`.
    """
    logging.basicConfig(stream=sys.stderr, level=level.upper(), format="%(levelname)s %(name)s: %(message)s")
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    as_json = log_format == "json"
    renderer: structlog.typing.Processor = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    if as_json:
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([structlog.processors.format_exc_info] if as_json else []),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=lambda *_: _StandardError(),
        cache_logger_on_first_use=False,  # so that a process may set it up anew
    )


class _StandardError:
    """Writes lines to what standard error is at the moment; whoever redirects it later has them too."""

    def msg(self, message: str) -> None:
        """Write a line, or lose it: when the log is on the disk that is full, people still want their answers."""
        with suppress(OSError):
            sys.stderr.write(f"{message}\n")
            sys.stderr.flush()

    log = debug = info = warn = warning = error = exception = critical = fatal = failure = err = msg
