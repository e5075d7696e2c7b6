#!/usr/bin/env bash
# Everything a developer checks: format, lint, types, unit, integration and browser tests.
#   bash scripts/test.sh            all of it
#   bash scripts/test.sh --quick    without the integration and browser tests
#   bash scripts/test.sh --e2e      the browser tests only
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/_env.sh

tier="all"
for option in "$@"; do
  case "$option" in
    --quick) tier="quick" ;;
    --e2e) tier="e2e" ;;
    *) die "Unknown option $option; expected --quick or --e2e." ;;
  esac
done

failed=()
skipped=()
step() {
  local name="$1"
  shift
  printf '\n== %s\n' "$name"
  "$@" || failed+=("$name")
}

find_chromium() {
  CHROMIUM="${CHROMIUM:-$(command -v chromium || command -v chromium-browser || true)}"
  if [ -z "$CHROMIUM" ]; then
    say "Installing Debian's chromium and Chinese fonts for the browser tests ..."
    apt_install chromium fonts-noto-cjk && CHROMIUM="$(command -v chromium || true)"
  fi
  export CHROMIUM
  [ -n "$CHROMIUM" ]
}

ensure_venv requirements-dev.txt
bin=".venv/bin"
pytest="$bin/python -m pytest"

if [ "$tier" != "e2e" ]; then
  step "format" $bin/ruff format --check .
  step "lint" $bin/ruff check .
  step "types" $bin/mypy
fi
case "$tier" in
  quick) step "unit tests" $pytest -m "not integration and not e2e" ;;
  all)
    marks="not e2e"
    if find_chromium; then marks=""; else
      skipped+=("browser tests: no chromium, and it could not be installed (sudo apt-get install chromium fonts-noto-cjk)")
      if [ "${CI:-}" = "true" ]; then failed+=("browser tests"); fi
    fi
    step "unit, integration and browser tests" $pytest -m "$marks" --cov --cov-report=term:skip-covered
    ;;
  e2e)
    find_chromium || die "The browser tests need chromium:  sudo apt-get install chromium fonts-noto-cjk"
    step "browser tests" $pytest -m e2e
    ;;
esac

printf '\n'
for line in "${skipped[@]+"${skipped[@]}"}"; do printf 'SKIPPED  %s\n' "$line"; done
if [ "${#failed[@]}" -gt 0 ]; then
  for line in "${failed[@]}"; do printf 'FAILED   %s\n' "$line"; done
  exit 1
fi
printf 'All checks passed.\n'
