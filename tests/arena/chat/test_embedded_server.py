import os

import pytest

from arena.chat.embedded_server import usable_cores

ALL = len(os.sched_getaffinity(0))


@pytest.mark.parametrize(
    ("quota", "cores"),
    [("max 100000\n", ALL), ("50000 100000\n", 1), ("100000 100000\n", 1), (f"{(ALL + 3) * 1000} 1000\n", ALL)],
    ids=["no quota", "half a core", "one core", "more than there are"],
)
def test_a_containers_quota_limits_the_cores(tmp_path, quota, cores):
    file = tmp_path / "cpu.max"
    file.write_text(quota)
    assert usable_cores(file) == cores


@pytest.mark.parametrize("text", [None, "", "something else entirely"], ids=["no file", "empty", "unknown"])
def test_without_a_readable_quota_all_cores_of_the_process_count(tmp_path, text):
    file = tmp_path / "cpu.max"
    if text is not None:
        file.write_text(text)
    assert usable_cores(file) == ALL
