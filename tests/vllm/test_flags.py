"""The presets' command lines, judged by the argument parser of the vLLM that is installed."""

import json
import subprocess

import pytest

from arena.contestants import load
from arena.serving.commands import Pythons, router_command
from arena.serving.plan import plans
from tests.vllm.conftest import PYTHON

pytestmark = pytest.mark.vllm

PARSE = """
import json, sys
from vllm.entrypoints.launchers.cli_args import make_arg_parser
from vllm.model_executor.layers.quantization import QUANTIZATION_METHODS
from vllm.reasoning import ReasoningParserManager
from vllm.utils.argparse_utils import FlexibleArgumentParser

parsed = vars(make_arg_parser(FlexibleArgumentParser()).parse_args(sys.argv[1:]))
assert parsed["quantization"] in (None, *QUANTIZATION_METHODS), parsed["quantization"]
if parsed["reasoning_parser"]:
    ReasoningParserManager.get_reasoning_parser(parsed["reasoning_parser"])
names = "model_tag port dtype max_model_len gpu_memory_utilization reasoning_parser quantization served_model_name"
print(json.dumps({name: parsed[name] for name in names.split()}))
"""


def parse(arguments):
    return subprocess.run(
        [PYTHON, "-c", PARSE, *arguments], capture_output=True, text=True, timeout=180, check=False, cwd="/"
    )


def flags(preset):
    found = plans(load(preset, lambda _name: "k"), Pythons(vllm="python", llamacpp="python"))
    for plan in found:
        start = plan.command.arguments.index("serve")
        yield plan, plan.command.arguments[start + 1 :]


@pytest.mark.parametrize("preset", ["llama3-vs-deepseek", "llama3-vs-deepseek-24gb"])
def test_vllms_own_parser_takes_the_presets_flags_and_understands_them_as_meant(preset):
    for plan, arguments in flags(preset):
        done = parse(arguments)
        assert done.returncode == 0, done.stderr[-2000:]
        meant = plan.serve
        assert json.loads(done.stdout.splitlines()[-1]) == {
            "model_tag": plan.model,
            "port": plan.port,
            "dtype": meant.dtype,
            "max_model_len": meant.max_model_len,
            "gpu_memory_utilization": meant.gpu_memory_utilization,
            "reasoning_parser": meant.reasoning_parser,
            "quantization": meant.quantization or None,
            "served_model_name": [plan.model],
        }


def test_the_routers_own_parser_takes_our_flags():
    arguments = router_command([8002, 8003], 8001, Pythons(vllm="python", llamacpp="python")).arguments
    code = "import sys; from vllm_router.launch_router import parse_router_args as p; a = p(sys.argv[1:])"
    code += "; print(a.worker_urls, a.port, a.policy)"
    done = subprocess.run(
        [PYTHON, "-c", code, *arguments[3:]], capture_output=True, text=True, timeout=60, check=False, cwd="/"
    )
    assert done.stdout == "['http://127.0.0.1:8002', 'http://127.0.0.1:8003'] 8001 round_robin\n", done.stderr[-2000:]


def test_a_flag_that_vllm_does_not_know_is_refused_by_it():
    done = parse(["org/model", "--no-such-flag"])
    assert done.returncode != 0
    assert "unrecognized arguments: --no-such-flag" in done.stderr
