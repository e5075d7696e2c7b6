"""A llama.cpp server on a port of ours, until it is ended.

Run as a script, by path; imports nothing of ours.
"""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Sequence
from typing import Any

ERRORS_ONLY = 1


def options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Serve a GGUF file with llama.cpp.")
    parser.add_argument("--model", required=True, help="path of a GGUF file")
    parser.add_argument("--alias", required=True, help="the id under which it answers")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--ctx", type=int, default=4096, help="tokens of one conversation")
    parser.add_argument("--slots", type=int, default=4, help="answers at once")
    parser.add_argument("--threads", type=int, default=0, help="0 for llama.cpp's own choice")
    return parser.parse_args(arguments)


def serve(chosen: argparse.Namespace) -> Any:
    """Load the model and serve it, for as long as what is returned is kept."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = chosen.model
    params.model_alias = {chosen.alias}
    params.hostnames = [chosen.host]
    params.port = chosen.port
    params.n_parallel = chosen.slots
    params.n_ctx = chosen.slots * chosen.ctx
    if chosen.threads:
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = chosen.threads
    params.ui = False
    params.endpoint_metrics = True
    params.verbosity = ERRORS_ONLY
    return xllamacpp.Server(params)


def main() -> None:
    """Serve until a signal ends the process."""
    server = serve(options())
    sys.stderr.write(f"serving on {server.listening_address}\n")
    sys.stderr.flush()
    threading.Event().wait()


if __name__ == "__main__":
    main()
