"""The public formats: what peers' tools read from us, and what we read from public data sets."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from arena.errors import DataError
from arena.models import Battle, Outcome, Pacing
from storage.loading import HEADS, load_battles
from storage.store import SqlStore
from storage.transfer import arena_140k
from storage.transfer.record import Format
from tests.storage.sample import cast, cells
from tests.storage.transfer.helpers import NASTY, bring_in, take_out

pytestmark = pytest.mark.integration

Row = dict[str, Any]
NOT_SHARED = {"evaluation_order", "conv_metadata", "category_tag"}
"""What an import of the 140k format does not read."""


def arena_140k_row(**changes: Any) -> Row:
    """A row as the public data set has it."""

    def message(role: str, text: str) -> Row:
        return {"role": role, "content": [{"type": "text", "text": text, "image": None, "mimeType": None}]}

    return {
        "id": "c4b9710c-8d64-4bee-a0b0-94637ae4cc65",
        "model_a": "gemini-2.5-pro",
        "model_b": "claude-3-5-haiku-20241022",
        "winner": "both_bad",
        "evaluation_session_id": "a333a685-37f9-474d-b703-f079d8329552",
        "evaluation_order": 1,
        "conversation_a": [message("user", "你好"), message("assistant", "嗨")],
        "conversation_b": [message("user", "你好"), message("assistant", "您好")],
        "full_conversation": [],
        "conv_metadata": {"turns": 1},
        "category_tag": {"math_v0.1": {"math": False}},
        "language": "zh",
        "is_code": False,
        "timestamp": "2025-05-29T14:48:41.602925",
    } | changes


def chatbot_arena_row(**changes: Any) -> Row:
    """A row as the older data set has it."""
    conversation = [
        {"content": "What is 2+2?", "role": "user"},
        {"content": "4", "role": "assistant"},
        {"content": "Sure?", "role": "user"},
        {"content": "```\n2+2\n```", "role": "assistant"},
    ]
    return {
        "question_id": "58210e39b3fd4441a2bd4a518bb44c2d",
        "model_a": "chatglm-6b",
        "model_b": "koala-13b",
        "winner": "tie (bothbad)",
        "judge": "arena_user_973",
        "conversation_a": conversation,
        "conversation_b": conversation,
        "turn": 2,
        "anony": True,
        "language": "English",
        "tstamp": 1682351591.1322,
        "toxic_chat_tag": {"t5-large": {"flagged": False, "score": 0.01}},
    } | changes


def write_jsonl(path: Path, *rows: Row) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def read_jsonl(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_bytes().split(b"\n") if line]


def only_battle(store: SqlStore) -> Battle:
    with store.database.read() as connection:
        (battle,) = load_battles(connection, store.database.origin, HEADS)
    assert battle.vote
    return battle


def shared(row: Row) -> Row:
    return {name: value for name, value in row.items() if name not in NOT_SHARED}


# --- ours, for peers ---


def test_counted_votes_only_unless_all_are_asked_for(full: SqlStore, tmp_path: Path) -> None:
    counted = take_out(full, tmp_path / "1.jsonl", Format.ARENA_140K)
    everything = take_out(full, tmp_path / "2.jsonl", Format.ARENA_140K, everything=True)
    assert (counted.votes, counted.left_out) == (len(NASTY) + 1, 3)
    assert (everything.votes, everything.left_out) == (len(NASTY) + 4, 0)
    assert len(read_jsonl(tmp_path / "1.jsonl")) == counted.votes


def test_a_140k_row_has_the_public_fields_and_our_texts(full: SqlStore, tmp_path: Path) -> None:
    take_out(full, tmp_path / "1.jsonl", Format.ARENA_140K)
    rows = read_jsonl(tmp_path / "1.jsonl")
    assert [list(row) for row in rows] == [list(arena_140k_row())] * len(rows)
    for order, (row, text) in enumerate(zip(rows, NASTY, strict=False), 1):
        assert row["conversation_b"] == [
            {"role": "user", "content": [{"type": "text", "text": text}]},
            {"role": "assistant", "content": [{"type": "text", "text": f"{text}b"}]},
        ]
        assert (row["evaluation_order"], row["language"], row["is_code"]) == (order, "zh", True)
    assert rows[0]["timestamp"] == "2026-03-04T05:06:07.891011"
    assert {row["winner"] for row in rows} == {"model_a", "model_b", "tie", "both_bad"}


def test_only_the_last_usable_attempt_of_a_turn_appears(full: SqlStore, tmp_path: Path) -> None:
    take_out(full, tmp_path / "1.jsonl", Format.CHATBOT_ARENA)
    row = read_jsonl(tmp_path / "1.jsonl")[len(NASTY)]
    assert row["turn"] == 3
    assert [message["content"] for message in row["conversation_b"]] == [
        "hello", "answer b", "second", "at last", "third", "third answer",
    ]  # fmt: skip
    assert [m["content"] for m in row["conversation_a"]][3] == "answer a"


def test_tokens_are_the_servers_and_null_where_it_told_none(full: SqlStore, tmp_path: Path) -> None:
    take_out(full, tmp_path / "1.jsonl", Format.ARENA_140K)
    rows = read_jsonl(tmp_path / "1.jsonl")
    told, untold = rows[0]["conv_metadata"], rows[len(NASTY)]["conv_metadata"]
    assert (told["sum_assistant_a_tokens"], told["context_a_tokens"], told["turns"]) == (55, 21, 1)
    assert (untold["sum_assistant_a_tokens"], untold["context_a_tokens"], untold["turns"]) == (None, None, 3)


@pytest.mark.parametrize("name", ["1.jsonl", "1.parquet"])
async def test_140k_out_in_and_out_again_keeps_the_shared_fields(
    full: SqlStore, empty: SqlStore, tmp_path: Path, name: str
) -> None:
    take_out(full, tmp_path / name, Format.ARENA_140K, everything=True)
    assert bring_in(empty, tmp_path / name).added == len(NASTY) + 4
    take_out(empty, tmp_path / f"again-{name}", Format.ARENA_140K, everything=True)
    before, after = (
        pq.read_table(path).to_pylist() if name.endswith("parquet") else read_jsonl(path)
        for path in (tmp_path / name, tmp_path / f"again-{name}")
    )
    assert [shared(row) for row in after] == [shared(row) for row in before]
    assert {standing for *_, standing in await cells(empty)} == {"imported"}


@pytest.mark.parametrize("name", ["1.jsonl", "1.json", "1.parquet"])
def test_chatbot_arena_out_in_and_out_again_is_the_same(
    full: SqlStore, empty: SqlStore, tmp_path: Path, name: str
) -> None:
    take_out(full, tmp_path / name, Format.CHATBOT_ARENA, everything=True)
    bring_in(empty, tmp_path / name)
    take_out(empty, tmp_path / f"again-{name}", Format.CHATBOT_ARENA, everything=True)
    if name.endswith("parquet"):
        assert pq.read_table(tmp_path / f"again-{name}").equals(pq.read_table(tmp_path / name))
    else:
        assert (tmp_path / f"again-{name}").read_bytes() == (tmp_path / name).read_bytes()


def test_the_same_votes_in_another_format_are_known(full: SqlStore, empty: SqlStore, tmp_path: Path) -> None:
    for name, format_ in (("1.csv", Format.CSV), ("2.jsonl", Format.ARENA_140K), ("3.json", Format.CHATBOT_ARENA)):
        take_out(full, tmp_path / name, format_, everything=True)
    added = [bring_in(empty, tmp_path / name).added for name in ("1.csv", "2.jsonl", "3.json")]
    assert added == [len(NASTY) + 4, 0, 0]


@pytest.mark.parametrize("format_", [Format.ARENA_140K, Format.CHATBOT_ARENA])
def test_an_empty_database_gives_an_empty_json_array(empty: SqlStore, tmp_path: Path, format_: Format) -> None:
    take_out(empty, tmp_path / "1.json", format_)
    assert json.loads((tmp_path / "1.json").read_bytes()) == []


def test_licence_notices_of_the_exported_contestants_are_collected_once(full: SqlStore, tmp_path: Path) -> None:
    notice = take_out(full, tmp_path / "1.jsonl", Format.ARENA_140K).notice
    assert notice.count("Warm (warm): Built with Meta Llama 3; licence: not stated") == 1
    assert "plain" not in notice


# --- public data sets, for us ---


def test_a_140k_row_becomes_a_battle(empty: SqlStore, tmp_path: Path) -> None:
    assert bring_in(empty, write_jsonl(tmp_path / "1.jsonl", arena_140k_row())).added == 1
    battle = only_battle(empty)
    vote = battle.vote
    assert vote is not None
    assert (vote.id, vote.rater_id) == ("c4b9710c-8d64-4bee-a0b0-94637ae4cc65", "a333a685-37f9-474d-b703-f079d8329552")
    assert (vote.left, vote.right, vote.outcome) == ("gemini-2.5-pro", "claude-3-5-haiku-20241022", Outcome.BOTH_BAD)
    assert vote.created_at == datetime(2025, 5, 29, 14, 48, 41, 602925, tzinfo=UTC)
    assert (vote.origin, vote.language, vote.is_code, vote.pacing) == ("arena-140k", "zh", False, Pacing.NATURAL)
    assert [(a.side.value, a.text) for a in battle.turns[0].answers] == [("a", "嗨"), ("b", "您好")]
    assert battle.probability != battle.probability


def test_a_chatbot_arena_row_becomes_a_battle_and_its_labels_are_filled(empty: SqlStore, tmp_path: Path) -> None:
    row = chatbot_arena_row()
    del row["language"]
    bring_in(empty, write_jsonl(tmp_path / "1.jsonl", row))
    battle = only_battle(empty)
    vote = battle.vote
    assert vote is not None
    assert (vote.id, vote.outcome) == ("58210e39-b3fd-4441-a2bd-4a518bb44c2d", Outcome.BOTH_BAD)
    assert vote.created_at == datetime(2023, 4, 24, 15, 53, 11, 132200, tzinfo=UTC)
    assert (vote.turns, vote.language, vote.is_code, vote.origin) == (2, "en", True, "chatbot-arena")
    assert [turn.prompt for turn in battle.turns] == ["What is 2+2?", "Sure?"]


def test_ids_that_are_no_uuids_become_the_same_ones_each_time(empty: SqlStore, tmp_path: Path) -> None:
    rows = [chatbot_arena_row(question_id=f"q{i}", judge=f"user {i // 2}") for i in range(4)]
    assert bring_in(empty, write_jsonl(tmp_path / "1.jsonl", *rows)).added == 4
    again = bring_in(empty, write_jsonl(tmp_path / "2.jsonl", *rows, chatbot_arena_row(question_id="q4")))
    assert (again.added, again.known) == (1, 4)
    with empty.database.read() as connection:
        raters = connection.exec_driver_sql("SELECT count(DISTINCT rater_id) FROM vote").scalar_one()
    assert raters == 3


def test_parquet_with_nanoseconds_and_nested_columns_is_read(empty: SqlStore, tmp_path: Path) -> None:
    nanoseconds = 1748530121602925_001
    row = arena_140k_row(timestamp=nanoseconds, category_tag=None)
    pq.write_table(pa.Table.from_pylist([row], schema=arena_140k.arrow_schema()), tmp_path / "1.parquet")
    bring_in(empty, tmp_path / "1.parquet")
    vote = only_battle(empty).vote
    assert vote is not None
    assert vote.created_at == datetime(2025, 5, 29, 14, 48, 41, 602925, tzinfo=UTC)


@pytest.mark.parametrize(
    ("make", "changes", "expected"),
    [
        (
            arena_140k_row,
            {"winner": "tie (bothbad)"},
            "winner is 'tie (bothbad)'; expected one of model_a, model_b, tie",
        ),
        (arena_140k_row, {"winner": "Model_A"}, "winner is 'Model_A'; expected one of"),
        (
            chatbot_arena_row,
            {"winner": "both_bad"},
            "winner is 'both_bad'; expected one of model_a, model_b, tie, tie (",
        ),
        (chatbot_arena_row, {"winner": None}, "winner is None; expected one of"),
        (arena_140k_row, {"model_a": ""}, "model_a is ''; expected text"),
        (arena_140k_row, {"timestamp": "soon"}, "timestamp is 'soon'; expected a time"),
        (chatbot_arena_row, {"tstamp": "soon"}, "tstamp is 'soon'; expected seconds since 1970"),
        (chatbot_arena_row, {"conversation_a": []}, "conversation_a is []; expected a list of messages"),
        (chatbot_arena_row, {"conversation_b": "hm"}, "conversation_b is 'hm'; expected JSON"),
        (
            chatbot_arena_row,
            {"conversation_a": [{"role": "assistant", "content": "hi"}, {"role": "user", "content": "hi"}]},
            "conversation_a is …; expected messages of user and assistant in turn",
        ),
        (
            chatbot_arena_row,
            {"conversation_b": [{"role": "user", "content": "else"}, {"role": "assistant", "content": "x"}]},
            "conversation_b is …; expected the same prompts as in conversation_a",
        ),
        (
            arena_140k_row,
            {
                "conversation_a": [
                    {"role": "user", "content": [{"type": "image", "image": "x"}]},
                    {"role": "assistant", "content": []},
                ]
            },
            "conversation_a is …; expected messages with text only, no images",
        ),
    ],
)
async def test_a_wrong_row_is_named_and_nothing_is_stored(
    empty: SqlStore, tmp_path: Path, make: Callable[..., Row], changes: Row, expected: str
) -> None:
    file = write_jsonl(tmp_path / "1.jsonl", make(), make(**changes))
    with pytest.raises(DataError) as caught:
        bring_in(empty, file)
    for part in f"row 2: {expected}".split("…"):
        assert part in str(caught.value)
    assert await empty.vote_counts() == []


async def test_imported_votes_stand_beside_ours(empty: SqlStore, tmp_path: Path) -> None:
    await cast(empty)
    bring_in(empty, write_jsonl(tmp_path / "1.jsonl", arena_140k_row(model_a="plain", model_b="warm")))
    assert await cells(empty) == {
        ("plain", "warm", "model_a", "counted"): 1,
        ("plain", "warm", "both_bad", "imported"): 1,
    }
