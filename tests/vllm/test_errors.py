"""What real vLLM writes when it cannot start is recognised, so that its sentences are not only those of our memory."""

import os

import pytest

from tests.support.serving import free_ports, serving
from tests.vllm.conftest import ENTRY, MODEL, PYTHON, SERVE

pytestmark = pytest.mark.vllm

START_S = 480

MISTAKES = {
    'flags = ["--no-such-flag"]': "does not know --no-such-flag. Take it out of flags in [contestant.serve]",
    "max_model_len = 99999": "max_model_len = 99999 is more than the model has (",
    f"kv_cache_memory_bytes = {1 << 50}": "this machine has less free memory than kv_cache_memory_bytes.",
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_that_vllm_finds_ends_the_command_with_its_sentence(tmp_path, mistake):
    ports = free_ports(2)
    file = tmp_path / "models.toml"
    first = ENTRY.format(name="one", port=ports[0], tokens=9) + SERVE.format(model=MODEL) + mistake
    file.write_text(first + ENTRY.format(name="elsewhere", port=ports[1], tokens=9), encoding="utf-8")
    with serving(file, tmp_path, {**os.environ, "ARENA_VLLM_PYTHON": str(PYTHON)}) as process:
        assert process.wait(START_S) == 1
    said = (tmp_path / "out").read_text()
    assert MISTAKES[mistake] in said
    assert "Traceback" not in said
