import pytest

from arena.errors import ServingError
from arena.serving.plan import plans
from arena.serving.processes import BANNER
from arena.serving.supervisor import Fell, Loaded, Patience, State, Supervisor
from tests.arena.serving.samples import PYTHONS, contestant


class FakeProcess:
    pid = 4321

    def __init__(self):
        self.status, self.well, self.calls = None, False, []

    def ended(self):
        return self.status

    def healthy(self):
        return self.well

    def memory_bytes(self):
        return 3_500_000_000

    def gpu_memory_bytes(self):
        return None

    def ask_to_stop(self):
        self.calls.append("ask")

    def stop(self):
        self.calls.append("stop")


class FakeLauncher:
    def __init__(self, folder):
        self.folder, self.started = folder, []

    def start(self, plan):
        self.started.append((plan.name, FakeProcess()))
        return self.started[-1][1]

    def log(self, plan):
        return self.folder / f"{plan.name}.log"

    @property
    def names(self):
        return [name for name, _ in self.started]

    @property
    def newest(self):
        return self.started[-1][1]


@pytest.fixture
def launcher(tmp_path):
    return FakeLauncher(tmp_path)


@pytest.fixture
def told():
    return []


@pytest.fixture
def supervisor(launcher, told):
    both = (contestant("one", 8001, gpu_memory_utilization=0.5), contestant("two", 8002, gpu_memory_utilization=0.4))
    return Supervisor(plans(both, PYTHONS), launcher, told.append, Patience(start_s=100.0))


def bring_up(supervisor, launcher):
    supervisor.tick(0.0)
    launcher.newest.well = True
    supervisor.tick(10.0)
    launcher.newest.well = True
    supervisor.tick(20.0)
    assert supervisor.all_up


def test_a_server_begins_to_load_only_when_the_one_before_answers(supervisor, launcher, told):
    supervisor.tick(0.0)
    supervisor.tick(30.0)
    assert launcher.names == ["one"]
    launcher.newest.well = True
    supervisor.tick(31.0)
    assert launcher.names == ["one", "two"]
    assert [(e.plan.name, e.pid, e.load_s, e.memory_bytes) for e in told] == [("one", 4321, 31.0, 3_500_000_000)]
    assert not supervisor.all_up


def test_a_server_that_never_came_up_ends_the_whole_with_its_reason(supervisor, launcher):
    supervisor.tick(0.0)
    (launcher.folder / "one.log").write_text(f"{BANNER}x\ntorch.OutOfMemoryError: CUDA out of memory.\n")
    launcher.newest.status = 1
    with pytest.raises(ServingError, match=r"^one: out of memory\. Lower .*\nAll that it wrote is in .*one\.log\.$"):
        supervisor.tick(5.0)
    assert launcher.newest.calls == ["stop"]


def test_a_reason_of_an_earlier_start_is_not_taken_for_this_ones(supervisor, launcher):
    (launcher.folder / "one.log").write_text(f"{BANNER}x\nCUDA out of memory.\n{BANNER}x\nWeirdError: moon\n")
    supervisor.tick(0.0)
    launcher.newest.status = 1
    with pytest.raises(ServingError, match="one: it ended with status 1:\n  WeirdError: moon"):
        supervisor.tick(5.0)


def test_a_server_that_does_not_get_ready_in_time_ends_the_whole(supervisor, launcher):
    supervisor.tick(0.0)
    supervisor.tick(100.0)
    with pytest.raises(ServingError, match="one: it did not become ready in time"):
        supervisor.tick(100.1)


def test_a_crashed_server_is_started_again_and_the_other_goes_on(supervisor, launcher, told):
    bring_up(supervisor, launcher)
    launcher.started[0][1].status = 137
    supervisor.tick(30.0)
    fell = told[-1]
    assert isinstance(fell, Fell) and (fell.plan.name, fell.again_in_s) == ("one", 1.0)
    assert "SIGKILL" in fell.why
    assert [s.state for s in supervisor.standings()] == [State.WAITING, State.UP]
    supervisor.tick(30.9)
    assert launcher.names == ["one", "two"]
    supervisor.tick(31.0)
    launcher.newest.well = True
    supervisor.tick(60.0)
    assert launcher.names == ["one", "two", "one"]
    assert isinstance(told[-1], Loaded) and told[-1].load_s == 29.0
    assert supervisor.all_up


def crash_again(supervisor, launcher, told, now):
    """Let the newest start fail and wait for the next; how long that was."""
    launcher.newest.status = 1
    supervisor.tick(now)
    wait = told[-1].again_in_s
    supervisor.tick(now + wait)
    return wait


def test_each_crash_in_a_row_is_waited_for_twice_as_long_up_to_a_limit(supervisor, launcher, told):
    bring_up(supervisor, launcher)
    waits, now = [], 30.0
    for _ in range(12):
        waits.append(crash_again(supervisor, launcher, told, now))
        now += waits[-1] + 1
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]


def test_after_a_calm_time_the_waits_begin_anew(supervisor, launcher, told):
    bring_up(supervisor, launcher)
    for now in (30.0, 40.0):
        crash_again(supervisor, launcher, told, now)
    launcher.newest.well = True
    for now in (50.0, 200.0, 351.0):
        supervisor.tick(now)
    assert crash_again(supervisor, launcher, told, 360.0) == 1.0


def test_a_server_that_no_longer_answers_is_started_again(supervisor, launcher, told):
    bring_up(supervisor, launcher)
    launcher.newest.well = False
    for now in range(25, 85, 5):
        supervisor.tick(float(now))
    assert not any(isinstance(event, Fell) for event in told)
    supervisor.tick(85.0)
    assert told[-1].why == "it has not answered for 60 s"
    assert launcher.started[1][1].calls == ["stop"]


def test_a_moments_silence_is_forgiven(supervisor, launcher, told):
    bring_up(supervisor, launcher)
    for now in range(25, 200, 5):
        launcher.newest.well = now % 50 == 0
        supervisor.tick(float(now))
    assert not any(isinstance(event, Fell) for event in told)


def test_at_the_end_all_are_asked_before_any_is_waited_for(supervisor, launcher):
    bring_up(supervisor, launcher)
    order = []
    for name, process in launcher.started:
        process.ask_to_stop = lambda n=name: order.append(f"ask {n}")
        process.stop = lambda n=name: order.append(f"stop {n}")
    supervisor.stop()
    assert order == ["ask one", "ask two", "stop one", "stop two"]
