# Shared by run.sh and test.sh: a Python that is new enough, and a .venv with what a requirements file names.

say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# Run a command as root where that needs nobody's password.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then sudo -n "$@"
  else return 126
  fi
}

apt_install() {
  command -v apt-get >/dev/null || return 126
  # An update may fail for one source of several; what matters is the installation.
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q >/dev/null 2>&1 || true
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >/dev/null 2>&1
}

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

# Sets `python`. PYTHON names one; otherwise the first that is new enough.
find_python() {
  if [ -n "${PYTHON:-}" ]; then
    new_enough "$PYTHON" || die "PYTHON=$PYTHON is not a Python 3.11 or newer."
    python="$PYTHON"
    return
  fi
  for python in python3 python3.14 python3.13 python3.12 python3.11; do
    if new_enough "$python"; then return; fi
  done
  say "There is no Python 3.11 or newer here; trying Debian's."
  python=python3
  if apt_install python3 python3-venv && new_enough python3; then return; fi
  die "Blindfold needs Python 3.11 or newer. On Debian: sudo apt-get install python3 python3-venv
Elsewhere, name yours: PYTHON=/path/to/python3 bash scripts/run.sh"
}

make_venv() {
  local package
  find_python
  if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
    package="python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
    say "This Python cannot make virtual environments; Debian has that in the package $package. Trying to install it."
    apt_install "$package" || die "That did not work. Install it and start again:  sudo apt-get install $package"
  fi
  say "Making .venv with $("$python" --version) ..."
  "$python" -m venv .venv || die "The reason is above. Blindfold needs a folder that it may write to: $PWD"
}

# One line that changes on a terminal, a line now and then elsewhere.
show_progress() {
  local word rest count=0
  while read -r word rest; do
    case "$word" in
      Collecting) count=$((count + 1)) ;;
      Installing) say "  unpacking ..." ; continue ;;
      *) continue ;;
    esac
    if [ -t 2 ]; then printf '\r\033[K  %s: %s' "$count" "${rest%%[ =<>;]*}" >&2
    elif [ $((count % 25)) = 0 ]; then say "  $count packages so far"
    fi
  done
  if [ -t 2 ]; then printf '\r\033[K' >&2; fi
}

install_into_venv() {
  local log=.venv/install.log
  say "Installing $1 into .venv (a minute or two, once) ..."
  if ! .venv/bin/python -m pip install --disable-pip-version-check --no-input -r "$1" 2>&1 | tee "$log" | show_progress; then
    grep -E '^(ERROR|error)' "$log" >&2 || tail -n 5 "$log" >&2
    die "The installation did not finish; all of it is in $log. It needs a network once. Start again to go on."
  fi
  # Saves the first start a second; a file that cannot be compiled will say so itself.
  .venv/bin/python -m compileall -q app.py arena storage scripts >/dev/null || true
}

# The files that a requirements file stands for, one hash for all of them.
wanted() {
  local files=(requirements.txt)
  if [ "$1" != requirements.txt ]; then files+=("$1"); fi
  cat "${files[@]}" | sha256sum | cut -d' ' -f1
}

# A half-made or half-filled .venv has no stamp of this content.
is_ready() { [ -x .venv/bin/python ] && [ "$(cat ".venv/$1.stamp" 2>/dev/null)" = "$(wanted "$1")" ]; }

# ensure_venv FILE: .venv has what the file names; at once when it has it already.
ensure_venv() {
  local file="$1"
  if is_ready "$file"; then return; fi
  # One at a time: a second start waits for the first and finds its work done.
  exec 9<.
  if command -v flock >/dev/null; then flock 9; fi
  if ! is_ready "$file"; then
    # What was begun and not finished may hold half a package, which pip would take for a whole one.
    if [ -e .venv/unfinished ] || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
      rm -rf .venv
      make_venv
    fi
    touch .venv/unfinished
    install_into_venv "$file"
    # requirements-dev.txt includes requirements.txt.
    wanted requirements.txt >.venv/requirements.txt.stamp
    wanted "$file" >".venv/$file.stamp"
    rm .venv/unfinished
  fi
  exec 9<&-
}
