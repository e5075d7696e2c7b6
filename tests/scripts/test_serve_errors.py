"""What operators meet when they start model servers: each ends the command with its sentence and exit code."""

import pytest

from scripts.serve_models import app
from tests.scripts.cli import run
from tests.support.serving import free_ports

pytestmark = pytest.mark.integration

ENTRY = """
[[contestant]]
name = "{name}"
display = "{name}"
base_url = "http://127.0.0.1:{port}/v1"
model = "m"
[contestant.serve]
engine = "vllm"
model = "{model}"
gpu_memory_utilization = {share}
"""

PYTHON = """#!/bin/sh
case "$*" in *find_spec*) exit {missing} ;; esac
cat {log} >&2
exit 1
"""
"""An interpreter that has vLLM, or not, and whose vLLM writes a log and ends."""

NVIDIA_SMI = """#!/bin/sh
case "$*" in *index,name*) echo "0, Card" ;; esac
"""


@pytest.fixture
def serve(tmp_path, monkeypatch):
    """Runs the command on two contestants on a machine that is as told."""

    def script(name, text):
        path = tmp_path / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)
        return path

    def go(*, model=None, share=0.4, log="", installed=True, gpu=True):
        weights = tmp_path / "weights"
        weights.mkdir(exist_ok=True)
        (weights / "config.json").write_text("{}")
        (tmp_path / "log").write_text(log + "\n")
        python = script("python", PYTHON.format(missing=int(not installed), log=tmp_path / "log"))
        script("nvidia-smi", NVIDIA_SMI if gpu else "#!/bin/sh\nexit 9\n")
        monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=":")
        monkeypatch.setenv("ARENA_VLLM_PYTHON", str(python))
        monkeypatch.setenv("HF_HUB_OFFLINE", "1")
        both = zip(("one", "two"), free_ports(2), strict=True)
        values = {"model": model or weights, "share": share}
        text = "".join(ENTRY.format(name=name, port=port, **values) for name, port in both)
        (tmp_path / "models.toml").write_text(text)
        return run(app, "--contestants", tmp_path / "models.toml", "--logs", tmp_path / "logs")

    return go


BEFORE = {
    "vLLM is not installed": (
        {"installed": False},
        "/python: on a GPU host: python3 -m venv VENV, VENV/bin/pip install",
    ),
    "memory shares over 1": ({"share": 0.6}, "GPU 0: the memory shares add up to 1.20 (one 0.6, two 0.6); set gpu_mem"),
    "model not found": ({"model": "./nowhere"}, "one: there is no folder ./nowhere (serve.model)."),
    "no GPU": ({"gpu": False}, "one: there is no NVIDIA GPU here that nvidia-smi knows. Check the driver"),
}


@pytest.mark.parametrize("case", BEFORE)
def test_what_can_be_seen_before_the_start_is_refused_with_code_2(serve, case):
    machine, sentence = BEFORE[case]
    done = serve(**machine)
    assert done.exit_code == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr and "Stopping" not in done.stderr


AT_START = {
    "huggingface_hub.errors.GatedRepoError: 401 Client Error.": "one: the model is gated: its licence must be accepted",
    "OSError: org/m is not a local folder and is not a valid model identifier": "one: the model was not found.",
    "RuntimeError: Failed to infer device type": "one: vLLM finds no GPU. Check nvidia-smi",
    "torch.OutOfMemoryError: CUDA out of memory.": "one: out of memory. Lower gpu_memory_utilization",
    "api_server.py: error: unrecognized arguments: --warp": "one: this version of the engine does not know --warp. T",
    "OSError: [Errno 98] Address already in use": "one: its port is taken.",
    "RuntimeError: the moon is full": "one: it ended with status 1:\n  RuntimeError: the moon is full",
}


@pytest.mark.parametrize("log", AT_START)
def test_what_the_engine_finds_out_ends_the_command_with_code_1(serve, log):
    done = serve(log=f"INFO starting\n{log}")
    assert done.exit_code == 1
    assert AT_START[log] in done.stderr
    assert "All that it wrote is in " in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("preset", "llama"),
    [
        ("llama3-vs-deepseek", "--dtype bfloat16 --max-model-len 8192 --gpu-memory-utilization 0.65"),
        (
            "llama3-vs-deepseek-24gb",
            "--dtype float16 --quantization awq --max-model-len 8192 --gpu-memory-utilization 0.55",
        ),
    ],
)
def test_a_dry_run_of_each_preset_prints_the_exact_commands_of_both_servers(preset, llama):
    done = run(app, "--contestants", preset, "--dry-run")
    assert done.exit_code == 0
    first, distill = (line for line in done.stdout.splitlines() if not line.startswith("#"))
    assert first.startswith("CUDA_VISIBLE_DEVICES=0 ") and first.endswith(llama)
    assert "serve deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B " in distill
    assert distill.endswith("--reasoning-parser deepseek_r1")
