import pytest

from arena.serving.trouble import diagnose, why_it_ended

# What the engines write: vLLM 0.32 and llama.cpp.
SEEN = {
    "/v/bin/python: Error while finding module specification for 'vllm.entrypoints.cli.main' "
    "(ModuleNotFoundError: No module named 'vllm')": "vllm is not installed for this Python",
    "api_server.py: error: unrecognized arguments: --enable-warp": "does not know --enable-warp",
    "api_server.py: error: argument --dtype: invalid choice: 'int3'": "the engine refuses --dtype: inv",
    "huggingface_hub.errors.GatedRepoError: 401 Client Error.": "the model is gated",
    "OSError: You are trying to access a gated repo.": "the model is gated",
    "huggingface_hub.errors.RepositoryNotFoundError: 404 Client Error.": "the model was not found",
    "OSError: org/none is not a local folder and is not a valid model identifier listed": "the model was not found",
    "ValueError: Free memory on device cuda:0 (3.2/23.6 GiB) on startup is less than desired GPU memory utilization "
    "(0.9, 21.3 GiB).": "the GPU has less free memory than this server's share",
    "ValueError: No available memory for the cache blocks. Try increasing": "too little memory is left",
    "ValueError: To serve at least one request with the model's max seq len (32768), (0.88 GiB KV cache is needed, "
    "which is larger than the available KV cache memory (0.5 GiB).": "too little memory is left",
    "ValueError: Available memory on node 0 (1.0/23.5 GiB) on kv cache allocation is less than requested memory for kv "
    "(64 GiB).": "less free memory than kv_cache_memory_bytes",
    "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 512.00 MiB.": "out of memory. Lower",
    "ValueError: User-specified max_model_len (99999) is greater than the derived max_model_len "
    "(max_position_embeddings=8192 or model_max_length=None": "max_model_len = 99999 is more than the model has (8192)",
    "RuntimeError: Failed to infer device type, please set VLLM_LOGGING_LEVEL=DEBUG": "vLLM finds no GPU",
    "RuntimeError: No CUDA GPUs are available": "vLLM finds no GPU",
    "ValueError: Bfloat16 is only supported on GPUs with compute capability of at least 8.0.": "does not know bfloat16",
    "ValueError: Unknown quantization method: awqq.": "cannot read this quantisation",
    'KeyError: "invalid reasoning parser: deepthink (chose from { x })"': "no such reasoning parser (deepthink)",
    "OSError: [Errno 98] Address already in use": "its port is taken",
    "RuntimeError: failed to load model": "must be the path of a GGUF file",
    "huggingface_hub.errors.LocalEntryNotFoundError: An error happened": "cannot be downloaded",
    "OSError: [Errno 28] No space left on device": "the disk is full",
}


@pytest.mark.parametrize("log", SEEN)
def test_what_operators_meet_is_told_in_a_sentence(log):
    assert SEEN[log] in diagnose(f"INFO 11-22 starting\n{log}\nRuntimeError: Engine core initialization failed.\n")


def test_a_quiet_log_tells_nothing():
    assert diagnose("INFO: Application startup complete.\n") == ""


def test_what_is_not_known_is_told_with_the_last_errors_of_the_log():
    log = "INFO loading\nWeirdError: the moon is full\nINFO bye\n"
    assert why_it_ended(log, 3) == "it ended with status 3:\n  WeirdError: the moon is full"


def test_without_a_word_the_status_is_told():
    assert why_it_ended("", 1) == "it ended with status 1."
    assert why_it_ended("", None) == "it did not become ready in time."


def test_being_killed_hints_at_the_kernel():
    assert why_it_ended("", 137) == "it was ended by signal 9 (SIGKILL: perhaps by the kernel, for want of memory)."
    assert "signal 15" in why_it_ended("", 143) and "kernel" not in why_it_ended("", 143)
