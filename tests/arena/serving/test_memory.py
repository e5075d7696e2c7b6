import os
import stat

from arena.serving.memory import Gpu, GpuMemory, group_pids, memory_of_group


def fake_process(proc, pid, group, pss_kb, name="python"):
    folder = proc / str(pid)
    folder.mkdir()
    (folder / "stat").write_text(f"{pid} ({name}) S 1 {group} {group} 0 -1")
    (folder / "smaps_rollup").write_text(f"00-ff ---p 0 00:00 0 [rollup]\nRss: 999 kB\nPss:       {pss_kb} kB\n")


def test_memory_of_all_processes_of_a_group_is_added_up(tmp_path):
    fake_process(tmp_path, 10, 10, 1000)
    fake_process(tmp_path, 11, 10, 24, name="VLLM::Engine (0) x")
    fake_process(tmp_path, 12, 12, 5000)
    assert sorted(group_pids(10, tmp_path)) == [10, 11]
    assert memory_of_group(10, tmp_path) == 1024 * 1024


def test_memory_that_cannot_be_told_is_none(tmp_path):
    assert memory_of_group(10, tmp_path) is None
    (tmp_path / "10").mkdir()
    (tmp_path / "10" / "stat").write_text("torn")
    assert memory_of_group(10, tmp_path) is None


def test_without_nvidias_program_there_are_no_cards():
    assert GpuMemory("no-such-program").cards() == ()
    assert GpuMemory("no-such-program").of_group(1) is None


def program(tmp_path, text):
    path = tmp_path / "nvidia-smi"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return GpuMemory(str(path))


def test_cards_are_read_from_nvidias_program(tmp_path):
    smi = program(tmp_path, "echo '0, NVIDIA L4'; echo '1, NVIDIA L40S'")
    assert smi.cards() == (Gpu(0, "NVIDIA L4"), Gpu(1, "NVIDIA L40S"))


def test_gpu_memory_is_that_of_the_groups_processes(tmp_path):
    smi = program(tmp_path, f"echo '{os.getpid()}, 512'; echo '{os.getpid()}, [N/A]'; echo '1, 9999'")
    assert smi.of_group(os.getpgid(0)) == 512 << 20


def test_a_driver_that_fails_is_as_good_as_no_card(tmp_path):
    assert program(tmp_path, "echo broken >&2; exit 9").cards() == ()
