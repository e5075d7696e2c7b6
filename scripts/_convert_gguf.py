"""Turn the embedded model's GGUF file into a folder that vLLM reads. Run by vllm_cpu.sh, with the Python of its venv.

Usage: python -m scripts._convert_gguf CACHE_DIR TARGET_DIR
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from arena.errors import ConfigError
from arena.weights import fetch


def convert(gguf: Path, target: Path) -> None:
    """Write weights, configuration and tokenizer; the folder gets its name only when it is whole."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    source = str(gguf.parent)
    model = AutoModelForCausalLM.from_pretrained(
        source, gguf_file=gguf.name, quantization_config=GgufConfig(dequantize=True), dtype=torch.bfloat16
    )
    tokenizer = AutoTokenizer.from_pretrained(source, gguf_file=gguf.name)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        whole = Path(scratch) / "model"
        model.save_pretrained(whole)
        tokenizer.save_pretrained(whole)
        if target.exists():
            shutil.rmtree(target)
        whole.rename(target)


def main(cache_dir: str, target: str) -> None:
    """Fetch the weights when they are not in the cache, and convert them."""
    try:
        gguf = fetch(Path(cache_dir), lambda line: print(line, file=sys.stderr))
    except ConfigError as error:
        sys.exit(str(error))
    convert(gguf, Path(target))


if __name__ == "__main__":
    main(*sys.argv[1:3])
