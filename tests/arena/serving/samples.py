"""Contestants with servers of ours, for the tests of serving."""

from arena.contestant_parts import Engine, Serve
from arena.models import Contestant
from arena.serving.commands import Pythons

PYTHONS = Pythons(vllm="/v/bin/python", llamacpp="/l/bin/python")


def contestant(name="one", port=8001, **serve):
    table = Serve(**({"engine": Engine.VLLM, "model": "org/weights"} | serve))
    return Contestant(
        name=name, display=name.title(), base_url=f"http://localhost:{port}/v1", model=f"served-{name}", serve=table
    )
