#!/usr/bin/env bash
# Start the arena from a machine that has nothing but Python 3.11 or newer.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/_env.sh
ensure_venv requirements.txt
say "Starting Blindfold on http://localhost:${GRADIO_SERVER_PORT:-7860} (Ctrl-C stops it) ..."
exec .venv/bin/python app.py
