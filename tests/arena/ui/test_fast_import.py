"""These fail when Gradio changes the place that `fast_import` counts on; the import is then merely slow."""

import inspect
import subprocess
import sys

import pytest

from arena.ui.fast_import import without_interface_files

COUNT = """
import sys
from arena.ui.fast_import import without_interface_files
{context}
    import gradio.component_meta as meta
    parsed = []
    meta.create_pyi = lambda *_: parsed.append(1) or ""
    class Sample(__import__("gradio").components.Textbox):
        pass
print(len(parsed))
"""


def parsed_sources(context):
    code = COUNT.format(context=context)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.integration
def test_no_component_source_is_parsed_inside_the_context():
    assert parsed_sources("with without_interface_files():") == "0"


def test_everybody_else_still_learns_where_a_class_is_from():
    with without_interface_files():
        assert inspect.getfile(pytest.Item).endswith(".py")
    assert inspect.getfile(pytest.Item).endswith(".py")
