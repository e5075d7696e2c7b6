"""Importing Gradio in half the time.

At every import, `gradio.component_meta` reads and parses the source of each of its components to bring interface files
(.pyi) for editors up to date; here that is half of the import. It lets a component go whose source file is not known,
so for the time of the import its question for that file has no answer.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

ASKING_MODULE = "gradio.component_meta"


@contextmanager
def without_interface_files() -> Iterator[None]:
    """Import Gradio inside this context."""
    getfile = inspect.getfile

    def answer(subject: Any) -> str:
        if sys._getframe(1).f_globals.get("__name__") == ASKING_MODULE:
            raise OSError("not looked for")
        return getfile(subject)

    inspect.getfile = answer  # type: ignore[assignment]
    try:
        yield
    finally:
        inspect.getfile = getfile
