import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from arena.chat.embedded import MODEL, EmbeddedEngine, embedded_contestants
from arena.contestants import load
from arena.errors import ConfigError
from arena.models import Contestant
from tests.support.weights import model_path

TIMEOUT_S = 60


@pytest.fixture(scope="module")
def engine():
    with EmbeddedEngine.start(model_path()) as running:
        yield running


def question(text, max_tokens):
    return {
        "model": MODEL,
        "messages": [{"role": "user", "content": text}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": max_tokens,
        "ignore_eos": True,
    }


def streamed(engine, text, max_tokens):
    """The events of an answer, each with the time at which it came."""
    url = f"{engine.base_url}/chat/completions"
    with httpx.stream("POST", url, json=question(text, max_tokens), timeout=TIMEOUT_S) as response:
        assert response.headers["content-type"] == "text/event-stream"
        for line in response.iter_lines():
            if line.startswith("data: "):
                yield time.monotonic(), line.removeprefix("data: ")


def busy(engine):
    slots = httpx.get(engine.base_url.removesuffix("/v1") + "/slots", timeout=TIMEOUT_S).json()
    return sum(slot["is_processing"] for slot in slots)


def until(condition, seconds, every_s=0.2):
    """Whether something became true in time."""
    end = time.monotonic() + seconds
    while not (true := condition()) and time.monotonic() < end:
        time.sleep(every_s)
    return true


def refuses_connections(base_url):
    try:
        httpx.get(f"{base_url}/models", timeout=1)
    except httpx.TransportError:
        return True
    return False


@pytest.mark.integration
def test_the_model_is_listed_under_the_id_that_the_presets_use(engine):
    listed = httpx.get(f"{engine.base_url}/models", timeout=TIMEOUT_S).json()["data"]
    assert [model["id"] for model in listed] == [MODEL]
    preset = load("embedded", lambda _name: None)
    assert {contestant.model for contestant in preset} == {MODEL}


@pytest.mark.integration
def test_there_is_room_for_two_battles_of_some_length(engine):
    slots = httpx.get(engine.base_url.removesuffix("/v1") + "/slots", timeout=TIMEOUT_S).json()
    assert len(slots) >= 4
    assert all(slot["n_ctx"] >= 2048 for slot in slots)


@pytest.mark.integration
def test_an_answer_streams_token_by_token_and_ends_with_its_usage(engine):
    events = list(streamed(engine, "Say something kind.", 24))
    assert events[-1][1] == "[DONE]"
    chunks = [json.loads(data) for _, data in events[:-1]]
    texts = [c["choices"][0]["delta"].get("content") for c in chunks if c["choices"]]
    assert len([text for text in texts if text]) > 10
    assert chunks[-1]["usage"]["completion_tokens"] == 24
    assert events[-1][0] - events[0][0] > 0.05


@pytest.mark.integration
def test_two_answers_stream_side_by_side(engine):
    seen = {}

    def ask(text):
        seen[text] = [when for when, _ in streamed(engine, text, 60)]

    both = [threading.Thread(target=ask, args=(text,)) for text in ("Tell me about the sea.", "Tell me about bread.")]
    for one in both:
        one.start()
    for one in both:
        one.join()
    (first, second) = seen.values()
    assert max(first[0], second[0]) < min(first[-1], second[-1])


@pytest.mark.integration
def test_closing_the_connection_ends_the_work_on_the_answer(engine):
    answer = streamed(engine, "Tell me a very long story.", 3000)
    for _ in range(3):
        next(answer)
    assert busy(engine) == 1
    answer.close()
    assert until(lambda: busy(engine) == 0, 10)


@pytest.mark.integration
def test_closing_the_connection_ends_the_reading_of_a_long_prompt(engine):
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(
            f"{engine.base_url}/chat/completions",
            json=question("The old man and the sea. " * 500, 1),
            timeout=httpx.Timeout(TIMEOUT_S, read=0.7),
        )
    assert busy(engine) == 1
    # The engine looks after a request without text once it has had a second without results of others, ours too.
    assert until(lambda: busy(engine) == 0, 12, every_s=2)


@pytest.mark.integration
def test_a_conversation_that_is_too_long_is_refused_and_not_cut(engine):
    url = f"{engine.base_url}/chat/completions"
    answer = httpx.post(url, json=question("The old man and the sea. " * 1500, 5), timeout=TIMEOUT_S)
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "exceed_context_size_error"


@pytest.mark.integration
def test_closing_the_engine_in_mid_answer_is_quick_and_may_be_done_twice():
    engine = EmbeddedEngine.start(model_path())
    answer = streamed(engine, "Tell me a very long story.", 3000)
    next(answer)
    begun = time.monotonic()
    engine.close()
    assert time.monotonic() - begun < 3
    assert not engine.running
    engine.close()
    with pytest.raises(httpx.TransportError):
        list(answer)
    assert refuses_connections(engine.base_url)


@pytest.mark.integration
def test_the_engine_does_not_outlive_an_arena_that_was_killed():
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from arena.chat.embedded import EmbeddedEngine\n"
        "engine = EmbeddedEngine.start(Path(sys.argv[1]))\n"
        "print(engine.base_url, flush=True)\n"
        "sys.stdin.read()\n"
    )
    root = Path(__file__).parents[3]
    command = [sys.executable, "-c", program, str(model_path())]
    with subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as arena:
        base_url = arena.stdout.readline().strip()
        assert not refuses_connections(base_url)
        arena.kill()
    assert until(lambda: refuses_connections(base_url), 5)


@pytest.mark.integration
def test_ctrl_c_in_the_terminal_is_left_to_the_arena(engine):
    assert os.getpgid(engine._process.pid) != os.getpgid(0)


@pytest.mark.integration
def test_an_engine_that_was_killed_is_seen_as_not_running():
    with EmbeddedEngine.start(model_path()) as engine:
        os.kill(engine._process.pid, signal.SIGKILL)
        assert until(lambda: not engine.running, 5)


@pytest.mark.integration
def test_a_file_that_is_no_model_is_refused_by_name(tmp_path, capfd):
    path = tmp_path / "broken.gguf"
    path.write_bytes(b"not a model")
    with pytest.raises(ConfigError, match=r"did not start with .*broken\.gguf: "):
        EmbeddedEngine.start(path)


@pytest.mark.integration
def test_an_engine_that_does_not_get_ready_is_ended():
    with pytest.raises(ConfigError, match="it ended with status -9"):
        EmbeddedEngine.start(model_path(), start_s=0.01)


@pytest.mark.integration
def test_embedded_contestants_get_the_engines_address_and_others_keep_theirs():
    embedded = Contestant(name="e", display="E", base_url="embedded", model=MODEL)
    served = Contestant(name="s", display="S", base_url="http://localhost:8001/v1", model="s")
    with embedded_contestants([embedded, served], model_path) as (first, second):
        assert first.base_url.startswith("http://127.0.0.1:")
        assert first.snapshot_hash == embedded.snapshot_hash
        assert second == served
        assert not refuses_connections(first.base_url)
    assert refuses_connections(first.base_url)


def test_without_embedded_contestants_nothing_is_fetched_or_started():
    served = Contestant(name="s", display="S", base_url="http://localhost:8001/v1", model="s")

    def model():
        raise AssertionError("asked for weights that nobody needs")

    with embedded_contestants([served], model) as contestants:
        assert contestants == (served,)
