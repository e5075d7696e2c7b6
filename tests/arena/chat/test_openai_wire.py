from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.chat.openai_wire import AnswerParser, kind_of_status, listed_models, request_body, retry_after_s
from arena.contestant_parts import Sampling
from arena.errors import ChatError
from arena.models import Contestant, ErrorKind, Message
from arena.ports import Chunk

NOW = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)
END = b"data: [DONE]\n\n"


def contestant(**changes: Any) -> Contestant:
    return Contestant(**{"name": "n", "display": "N", "base_url": "http://localhost/v1", "model": "m", **changes})


def parser(**changes: Any) -> AnswerParser:
    return AnswerParser(**{"max_line_bytes": 10_000, "max_answer_chars": 1_000, **changes})


def event(delta: object = None, *, finish: str | None = None, **more: Any) -> bytes:
    choices = [{"index": 0, "delta": delta, "finish_reason": finish}]
    return raw(json.dumps({"choices": choices, **more}, ensure_ascii=False))


def raw(data: str) -> bytes:
    return f"data: {data}\n\n".encode()


def read(pieces: Sequence[bytes], reader: AnswerParser | None = None) -> list[Chunk]:
    reader = reader or parser()
    chunks = [chunk for piece in pieces for chunk in reader.feed(piece)]
    return chunks + list(reader.finish())


def error_of(pieces: Sequence[bytes], reader: AnswerParser | None = None) -> ChatError:
    with pytest.raises(ChatError) as caught:
        read(pieces, reader)
    return caught.value


# --- requests ---


def test_a_request_asks_for_a_stream_with_usage() -> None:
    body = request_body(contestant(), [Message("system", "s"), Message("user", "好")])

    assert body == {
        "model": "m",
        "messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "好"}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": 1024,
    }


def test_sampling_settings_and_what_else_an_engine_needs_are_sent() -> None:
    one = contestant(sampling=Sampling(temperature=0.0, top_p=0.9, max_tokens=5), extra={"top_k": 7})

    body = request_body(one, [])

    assert (body["temperature"], body["top_p"], body["max_tokens"], body["top_k"]) == (0.0, 0.9, 5, 7)


def test_the_newer_name_of_the_token_limit_replaces_the_older() -> None:
    body = request_body(contestant(extra={"max_completion_tokens": 9}), [])

    assert body["max_completion_tokens"] == 9
    assert "max_tokens" not in body


# --- chunks ---


def test_text_and_the_finish_reason_come_as_they_were_sent() -> None:
    chunks = read([event({"role": "assistant", "content": "Hi"}), event({"content": " there"}, finish="stop"), END])

    assert chunks == [Chunk(text="Hi"), Chunk(text=" there", finish_reason="stop")]


@pytest.mark.parametrize("name", ["reasoning", "reasoning_content"])
def test_thinking_is_read_under_both_of_its_names(name: str) -> None:
    assert read([event({name: "Hm", "content": None}), END]) == [Chunk(thinking="Hm")]


def test_thinking_sent_under_both_names_is_read_once() -> None:
    assert read([event({"reasoning": "Hm", "reasoning_content": "Hm"}), END]) == [Chunk(thinking="Hm")]


def test_chunks_that_carry_nothing_are_passed_over() -> None:
    assert read([event({"role": "assistant", "content": ""}), event({}), raw('{"choices": []}'), END]) == []


def test_usage_comes_from_a_chunk_without_choices() -> None:
    usage = raw('{"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 4}}')

    assert read([event({"content": "x"}), usage, END])[-1] == Chunk(prompt_tokens=3, completion_tokens=4)


def test_the_engine_is_told_with_the_first_chunk_and_with_the_usage() -> None:
    usage = raw('{"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 4}, "system_fingerprint": "e1"}')
    texts = [event({"content": "x"}, system_fingerprint="e1")] * 2

    chunks = read([*texts, usage, END], parser(server="uvicorn"))

    assert [chunk.engine for chunk in chunks] == ["e1", "", "e1"]


def test_a_fingerprint_that_comes_with_the_usage_only_takes_the_place_of_the_server_header() -> None:
    last = raw('{"choices": [], "usage": {"completion_tokens": 1}, "system_fingerprint": "vllm-0.32.0"}')
    first, *_, usage = read([event({"content": "x"}), last, END], parser(server="uvicorn"))
    assert (first.engine, usage.engine) == ("uvicorn", "vllm-0.32.0")


def test_without_a_fingerprint_the_server_header_names_the_engine() -> None:
    assert read([event({"content": "x"}), END], parser(server="llama.cpp"))[0].engine == "llama.cpp"


def test_nothing_is_read_after_done() -> None:
    assert read([event({"content": "x"}), END, event({"content": "y"}), raw("{")]) == [Chunk(text="x")]


def test_half_a_character_becomes_a_replacement_and_no_error() -> None:
    piece = event({"content": "好@"}).replace("好@".encode(), "好".encode()[:2])

    assert read([piece, END]) == [Chunk(text="\ufffd")]


def test_an_escaped_half_of_a_character_can_be_encoded_again() -> None:
    text = read([raw(r'{"choices": [{"delta": {"content": "a\ud83d"}}]}'), END])[0].text

    assert text == "a\ufffd"


def test_an_escaped_whole_character_is_kept() -> None:
    assert read([raw(r'{"choices": [{"delta": {"content": "\ud83d\ude00"}}]}'), END])[0].text == "😀"


@given(text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=50), size=st.integers(1, 40))
def test_any_text_cut_anywhere_comes_out_whole(text: str, size: int) -> None:
    body = b"".join(event({"content": ch}) for ch in text) + END
    pieces = [body[i : i + size] for i in range(0, len(body), size)]

    assert "".join(chunk.text for chunk in read(pieces)) == text


def test_what_came_before_a_bad_event_in_the_same_bytes_is_given_out_first() -> None:
    reader = parser()
    chunks = reader.feed(event({"content": "x"}) + raw("{"))

    assert next(chunks) == Chunk(text="x")
    with pytest.raises(ChatError):
        next(chunks)


def test_tokens_are_counted_and_other_chunks_are_not() -> None:
    reader = parser()
    read([event({"content": "x"}), event({"reasoning": "y"}), event({}), event({}, finish="stop")], reader)

    assert (reader.tokens, reader.finished, reader.done) == (2, True, False)


# --- ends ---


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([event({"content": "x"}), END], id="done without a finish reason"),
        pytest.param([event({"content": "x"}, finish="stop")], id="a finish reason without done"),
        pytest.param([event({"content": "x"}), b"data: [DONE]"], id="no blank line after done"),
        pytest.param([event({"content": "x"}, finish="stop"), b'data: {"cho'], id="lost after the finish reason"),
    ],
)
def test_an_answer_that_has_come_to_its_end_is_whole(pieces: list[bytes]) -> None:
    assert "".join(chunk.text for chunk in read(pieces)) == "x"


@pytest.mark.parametrize("rest", [b"", b'data: {"choi', b"data:", b": ping"])
def test_an_answer_that_ends_before_its_end_was_cut(rest: bytes) -> None:
    assert error_of([event({"content": "x"}), rest]).kind is ErrorKind.CUT


@pytest.mark.parametrize(
    "data",
    [
        "{",
        "nonsense",
        "[1]",
        '"text"',
        '{"choices": 3}',
        '{"choices": ["x"]}',
        '{"choices": [{"delta": "x"}]}',
        '{"choices": [{"delta": {"content": 3}}]}',
        '{"choices": [{"delta": {"content": [{"text": "x"}]}}]}',
        "[" * 5000,
        "1" * 5000,
    ],
)
def test_what_is_no_chunk_is_malformed(data: str) -> None:
    assert error_of([raw(data), END]).kind is ErrorKind.MALFORMED


@pytest.mark.parametrize(
    ("report", "kind"),
    [
        ({"error": {"message": "boom"}}, ErrorKind.SERVER_ERROR),
        ({"error": {"message": "boom", "code": 429}}, ErrorKind.RATE_LIMITED),
        ({"error": {"message": "boom", "code": "400"}}, ErrorKind.BAD_REQUEST),
        ({"error": {"message": "boom", "code": "oom"}}, ErrorKind.SERVER_ERROR),
        ({"error": {"message": "boom", "code": 7}}, ErrorKind.SERVER_ERROR),
        ({"error": "boom"}, ErrorKind.SERVER_ERROR),
        ({"object": "error", "message": "boom", "code": 404}, ErrorKind.NOT_FOUND),
    ],
)
def test_an_error_reported_in_the_stream_ends_the_answer(report: dict[str, Any], kind: ErrorKind) -> None:
    error = error_of([event({"content": "x"}), raw(json.dumps(report)), END])

    assert error.kind is kind
    assert "boom" in error.detail


def test_an_error_of_null_is_none() -> None:
    assert read([event({"content": "x"}, error=None), END]) == [Chunk(text="x")]


def test_text_and_thinking_together_may_be_so_long_and_no_longer() -> None:
    half = event({"content": "x" * 500})
    thinking = event({"reasoning": "x" * 500})

    assert len(read([half, thinking, END])) == 2
    assert error_of([half, thinking, event({"content": "x"}), END]).kind is ErrorKind.TOO_LONG


def test_a_line_that_is_too_long_is_told_as_such() -> None:
    assert error_of([event({"content": "x" * 500})], parser(max_line_bytes=100)).kind is ErrorKind.TOO_LONG


# --- errors and lists ---


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, ErrorKind.REDIRECT),
        (400, ErrorKind.BAD_REQUEST),
        (401, ErrorKind.REFUSED_KEY),
        (402, ErrorKind.BAD_REQUEST),
        (403, ErrorKind.REFUSED_KEY),
        (404, ErrorKind.NOT_FOUND),
        (422, ErrorKind.BAD_REQUEST),
        (429, ErrorKind.RATE_LIMITED),
        (500, ErrorKind.SERVER_ERROR),
        (529, ErrorKind.SERVER_ERROR),
    ],
)
def test_every_status_has_its_kind(status: int, kind: ErrorKind) -> None:
    assert kind_of_status(status) is kind


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("Sat, 21 Nov 2026 12:00:30 GMT", 30.0),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 0.0),
        ("", None),
        ("soon", None),
        ("-1", None),
        ("nan", None),
    ],
)
def test_how_long_to_wait_is_read_from_a_number_or_a_date(header: str, seconds: float | None) -> None:
    assert retry_after_s(header, NOW) == seconds


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (b'{"object": "list", "data": [{"id": "a"}, {"id": "b"}]}', {"a", "b"}),
        (b'{"data": [{"id": "a.gguf", "aliases": ["a"]}]}', {"a.gguf", "a"}),
        (b'{"data": []}', set()),
        (b'{"models": ["a"]}', set()),
        (b'{"data": ["a"]}', set()),
        (b'{"data": [{"name": "a"}]}', set()),
        (b'{"data": null}', set()),
        (b"<html>", set()),
        (b"[1]", set()),
        (b"", set()),
    ],
)
def test_names_are_read_from_a_list_of_models_and_nothing_from_what_is_none(body: bytes, names: set[str]) -> None:
    assert listed_models(body) == names
