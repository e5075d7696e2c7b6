"""Events known by what stands around their text: never another text than JSON says, and most of them known."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.chat.alike import SPARE_LESSONS, AlikeEvents
from arena.chat.openai_wire import AnswerParser
from arena.errors import ChatError
from arena.models import ErrorKind


class Reader:
    """Reads the text of an event by JSON, and counts."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, event: bytes) -> str:
        self.count += 1
        return json.loads(event)["delta"]["content"]


def written(text: str, compact: bool = True, **more: object) -> bytes:
    event = {"id": "chat-1", "delta": {"content": text}, "finish_reason": None, **more}
    return json.dumps(event, ensure_ascii=False, separators=(",", ":") if compact else None).encode()


def taught(event: bytes, text: str) -> AlikeEvents:
    alike = AlikeEvents(Reader())
    alike.learn(event, text)
    return alike


@pytest.mark.parametrize("compact", [True, False])
def test_an_event_that_differs_by_its_text_alone_is_known(compact):
    alike = taught(written(" Hello", compact), " Hello")
    assert alike.text_of(written("你好 👋", compact)) == "你好 👋"
    assert alike.text_of_line(b"data: " + written(" there", compact) + b"\n\n") == " there"


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(written("a\nb"), id="escaped newline"),
        pytest.param(written('a"b'), id="escaped quote"),
        pytest.param(written("", id="chat-1"), id="empty text"),
        pytest.param(written("a").replace(b'"a"', b'"a","role":"user"'), id="another field behind"),
        pytest.param(written("a", finish_reason="stop"), id="finish reason"),
        pytest.param(written("a", id="chat-2"), id="another id"),
        pytest.param(written("a").replace(b'"a"', b'"\xe4\xbd"'), id="half a character"),
        pytest.param(written("a").replace(b'"a"', b'"\x07"'), id="control character"),
        pytest.param(written("a")[:-1], id="cut"),
        pytest.param(b"[DONE]", id="done"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_anything_else_is_left_to_the_parser(event):
    assert taught(written(" Hello"), " Hello").text_of(event) == ""


def test_what_is_around_may_not_overlap():
    alike = taught(b'{"delta":{"content":"aa"}}', "aa")
    assert alike.text_of(b'{"delta":{"content":"}}') == ""


def test_a_line_with_two_events_is_left_to_the_parser():
    both = b"data: " + written("a") + b"\n\ndata: " + written("b") + b"\n\n"
    assert taught(written("x"), "x").text_of_line(both) == ""


def test_nothing_is_known_before_a_lesson():
    assert AlikeEvents(Reader()).text_of(written("a")) == ""


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(b'{"echo":{"content":"a"},"delta":{"content":"a"}}', id="content elsewhere before"),
        pytest.param(b'{"delta":{"content":"a","content":"a"}}', id="content twice"),
        pytest.param(b'{"delta":{"content" : "a"}}', id="other spaces"),
        pytest.param(b'{"delta":{"content":"\\u0061"}}', id="text written otherwise"),
        pytest.param(b'{"delta":{"content":"ab"}}', id="longer text"),
    ],
)
def test_an_event_whose_text_cannot_be_placed_teaches_nothing(event):
    assert taught(event, "a").text_of(event) == ""


@pytest.mark.parametrize("text", ["\\", "\\(", '"', 'a"', "\n", "\x7f"])
def test_a_text_that_is_written_otherwise_teaches_nothing(text):
    assert taught(written(text), text).text_of(written("b")) == ""


def test_a_server_whose_events_are_never_alike_is_soon_no_longer_learnt_from():
    reader = Reader()
    alike = AlikeEvents(reader)
    for number in range(100):
        alike.learn(written("a", id=f"chat-{number}"), "a")
    assert reader.count == SPARE_LESSONS + 1


def test_a_server_whose_events_change_now_and_then_is_learnt_from_anew():
    alike = AlikeEvents(Reader())
    for second in range(50):
        alike.learn(written("a", id=f"chat-{second}"), "a")
        assert alike.text_of(written("b", id=f"chat-{second}")) == "b"


def test_texts_that_are_written_otherwise_do_not_use_up_the_lessons():
    alike = AlikeEvents(Reader())
    for text in ["\n"] * 10 + ["a"]:
        alike.learn(written(text), text)
    assert alike.text_of(written("b")) == "b"


def test_what_is_known_is_not_learnt_again():
    reader = Reader()
    alike = AlikeEvents(reader)
    for text in ("a", "b\n", "c"):
        alike.learn(written(text), text)
    assert reader.count == 1


def streamed(events: list[bytes]) -> bytes:
    return b"".join(b"data: " + event + b"\n\n" for event in events)


def chunk(text: str, choice: dict[str, object], ascii_only: bool) -> bytes:
    first = {"index": 0, "delta": {"content": text}, "finish_reason": None, **choice}
    return json.dumps(
        {"system_fingerprint": "x", "choices": [first]}, ensure_ascii=ascii_only, separators=(",", ":")
    ).encode()


CHOICES = st.sampled_from(
    [{}, {}, {}, {"logprobs": None}, {"finish_reason": "stop"}, {"delta": {"reasoning": "hm", "content": "y"}}]
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)


@given(
    events=st.lists(st.builds(chunk, TEXTS, CHOICES, st.booleans()), min_size=2, max_size=12),
    cuts=st.lists(st.integers(0, 2000), max_size=4),
    each=st.booleans(),
)
def test_a_stream_says_what_its_events_say_one_by_one(events, cuts, each):
    whole = streamed(events)
    places = sorted({0, len(whole), *(cut % len(whole) for cut in cuts)})
    pieces = [streamed([event]) for event in events] if each else [whole[a:b] for a, b in pairwise(places)]
    parser = parser_of_answers()
    told = [(c.text, c.thinking, c.finish_reason) for piece in pieces for c in parser.feed(piece)]

    expected = []
    for event in events:
        alone = parser_of_answers()
        expected += [(c.text, c.thinking, c.finish_reason) for c in alone.feed(streamed([event]))]
    assert [each for each in told if any(each)] == [each for each in expected if any(each)]
    assert parser.tokens == sum(bool(text or thinking) for text, thinking, _ in told)


def test_the_limit_of_characters_holds_for_alike_events():
    parser = AnswerParser(max_line_bytes=1000, max_answer_chars=10)
    piece = streamed([chunk("abc", {}, False)])
    with pytest.raises(ChatError, match="longer than the limit"):
        for _ in range(4):
            list(parser.feed(piece))


def test_the_limit_of_a_line_holds_for_alike_events():
    parser = AnswerParser(max_line_bytes=200, max_answer_chars=10_000)
    for _ in range(3):
        list(parser.feed(streamed([chunk("abc", {}, False)])))
    with pytest.raises(ChatError, match="of over 200 bytes"):
        list(parser.feed(streamed([chunk("x" * 200, {}, False)])))


@pytest.mark.parametrize("begun", [b"data: ", b"data: {\n"], ids=["half a line", "a line of an event"])
def test_what_goes_on_with_an_event_is_not_one_by_itself(begun):
    parser = parser_of_answers()
    piece = streamed([chunk("abc", {}, False)])
    for each in (piece, piece, begun):
        list(parser.feed(each))
    with pytest.raises(ChatError) as told:
        list(parser.feed(piece))
    assert told.value.kind is ErrorKind.MALFORMED


def test_nothing_is_taken_after_the_end():
    parser = parser_of_answers()
    piece = streamed([chunk("abc", {}, False)])
    told = [list(parser.feed(each)) for each in (piece, piece, piece, streamed([b"[DONE]"]), piece)]
    assert [len(each) for each in told] == [1, 1, 1, 0, 0]


def parser_of_answers() -> AnswerParser:
    return AnswerParser(max_line_bytes=100_000, max_answer_chars=100_000)
