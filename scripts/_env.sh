# Shared by run.sh and test.sh: a Python that is new enough, and a .venv with what a requirements file names.

say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# What to put before a command that needs root: nothing, sudo, or failure.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then sudo -n "$@"
  else return 126
  fi
}

apt_install() {
  command -v apt-get >/dev/null || return 126
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q >/dev/null || return 126
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >/dev/null
}

find_python() {
  local candidate
  for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      printf '%s' "$candidate"
      return
    fi
  done
  die "Blindfold needs Python 3.11 or newer. Install it, or name it: PYTHON=/path/to/python3 bash scripts/run.sh"
}

make_venv() {
  local python="$1" package
  "$python" -m venv .venv >/dev/null 2>&1 && return
  package="python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
  say "This Python cannot make virtual environments; Debian has that in the package $package."
  rm -rf .venv
  if apt_install "$package" && "$python" -m venv .venv >/dev/null 2>&1; then
    say "Installed $package."
    return
  fi
  rm -rf .venv
  die "Install it and start again:  sudo apt-get install $package"
}

# ensure_venv REQUIREMENTS: .venv holds exactly what the file names; fast when nothing has changed.
ensure_venv() {
  local file="$1" want stamp python
  want="$(cat requirements*.txt | sha256sum | cut -d' ' -f1)"
  # What a developer has holds what the arena needs.
  for stamp in ".venv/$file.stamp" .venv/requirements-dev.txt.stamp; do
    if [ -x .venv/bin/python ] && [ -r "$stamp" ] && [ "$(cat "$stamp")" = "$want" ]; then return; fi
  done
  if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    python="$(find_python)"
    say "Making .venv with $("$python" --version) ..."
    rm -rf .venv
    make_venv "$python"
  fi
  say "Installing $file into .venv (a minute or two, once) ..."
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input -r "$file" ||
    die "The installation did not finish; the reason is above. Without a network nothing can be installed. Start again to go on."
  .venv/bin/python -m compileall -q arena storage app.py >/dev/null 2>&1 || true
  printf '%s' "$want" > ".venv/$file.stamp"
}
