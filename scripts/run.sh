#!/usr/bin/env bash
# Start the arena on a machine that has nothing but Python 3.11 or newer.
set -euo pipefail
# A file named from where the person stands, before we go to where the arena stands.
if [ -f "${ARENA_CONTESTANTS:-}" ]; then
  ARENA_CONTESTANTS="$(cd "$(dirname "$ARENA_CONTESTANTS")" && pwd)/$(basename "$ARENA_CONTESTANTS")"
  export ARENA_CONTESTANTS
fi
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/_env.sh
ensure_venv requirements.txt
say "Starting Blindfold on http://localhost:${GRADIO_SERVER_PORT:-7860} (Ctrl-C stops it) ..."
exec .venv/bin/python app.py
