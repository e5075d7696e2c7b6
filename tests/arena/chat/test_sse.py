from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.chat.sse import EventSplitter, EventTooLong

LIMIT = 1000


def events_of(*pieces: bytes, limit: int = LIMIT) -> list[bytes]:
    splitter = EventSplitter(limit)
    return [event for piece in pieces for event in splitter.feed(piece)] + splitter.finish()


def cut(body: bytes, places: list[int]) -> list[bytes]:
    marks = [0, *sorted(p % (len(body) + 1) for p in places), len(body)]
    return [body[a:b] for a, b in itertools.pairwise(marks)]


lines = st.sampled_from(
    ["data: a", "data:b", "data: ", "data", "", "", ": comment", "event: error", "data: 好吃", "id: 7", "data:  two"]
)
bodies = st.lists(st.tuples(lines, st.sampled_from(["\n", "\r\n", "\r"])), max_size=30).map(
    lambda parts: "".join(line + end for line, end in parts).encode()
)


@given(body=bodies, places=st.lists(st.integers(0, 1000), max_size=20))
def test_however_a_body_is_cut_its_events_are_the_same(body: bytes, places: list[int]) -> None:
    assert events_of(*cut(body, places)) == events_of(body)


@given(texts=st.lists(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), min_size=1)))
def test_what_was_written_as_events_is_read_again(texts: list[str]) -> None:
    body = "".join(f"data: {text}\n\n" for text in texts).encode()

    assert events_of(body) == [text.encode() for text in texts]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_ends_a_line(end: str) -> None:
    body = f"data: a{end}{end}data: b{end}{end}".encode()

    assert events_of(body) == [b"a", b"b"]


def test_an_event_is_given_out_with_its_blank_line_and_not_before() -> None:
    splitter = EventSplitter(LIMIT)

    assert splitter.feed(b"data: a\n") == []
    assert splitter.feed(b"\n") == [b"a"]


def test_data_lines_of_one_event_are_joined() -> None:
    assert events_of(b"data: {\ndata: }\n\n") == [b"{\n}"]


def test_only_one_blank_after_the_colon_is_dropped() -> None:
    assert events_of(b"data:  a\n\ndata:b\n\n") == [b" a", b"b"]


def test_comments_other_fields_and_empty_events_are_passed_over() -> None:
    assert events_of(b": ping\n\nevent: x\nid: 1\ndata: a\nretry: 3\n\ndata:\n\n\n\n") == [b"a"]


def test_a_byte_order_mark_at_the_start_is_no_part_of_the_first_line() -> None:
    assert events_of(b"\xef\xbb\xbfdata: a\n\n") == [b"a"]


def test_the_end_of_the_body_ends_the_last_event() -> None:
    assert events_of(b"data: a\n\ndata: [DONE]") == [b"a", b"[DONE]"]


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([b"data: " + b"x" * (LIMIT + 1) + b"\n\n"], id="a whole line"),
        pytest.param([b"x" * 100] * 11, id="a line without end"),
        pytest.param([b"data: xxxxxxx\n"] * 200, id="many data lines in one event"),
        pytest.param([b"data:\n"] * (LIMIT + 1), id="many empty data lines in one event"),
    ],
)
def test_what_is_too_long_is_refused(pieces: list[bytes]) -> None:
    with pytest.raises(EventTooLong):
        events_of(*pieces)


def test_many_events_and_comments_are_not_too_long() -> None:
    body = (b": " + b"c" * 100 + b"\n") * 50 + b"data: " + b"x" * (LIMIT - 100) + b"\n\n"

    assert len(events_of(body * 3)) == 3
