from __future__ import annotations

import json

import pyarrow as pa
import pytest

from arena.analysis.conversations import with_conversations
from arena.errors import DataError


def answer(side: str, text: str, state: str = "complete", attempt: int = 1) -> dict[str, object]:
    return {"side": side, "text": text, "state": state, "attempt": attempt}


def test_both_sides_have_the_answers_that_were_voted_on() -> None:
    turn = {
        "prompt": "hi",
        "answers": [answer("a", "one"), answer("b", "half", "failed"), answer("b", "two", "stopped", 2)],
    }
    found = with_conversations(pa.table({"conversation": [json.dumps([turn])]}))
    assert found.column_names == ["conversation_a", "conversation_b"]
    assert [m["content"] for m in found["conversation_b"][0].as_py()] == ["hi", "two"]
    assert found["conversation_a"][0].as_py()[1] == {"role": "assistant", "content": "one"}


def test_a_side_without_an_answer_said_nothing() -> None:
    found = with_conversations(pa.table({"conversation": [json.dumps([{"prompt": "hi", "answers": []}])]}))
    assert found["conversation_a"][0].as_py()[1]["content"] == ""


def test_what_is_no_list_of_turns_is_an_error_that_names_the_row() -> None:
    with pytest.raises(DataError, match="row 2"):
        with_conversations(pa.table({"conversation": ["[]", "[{}]"]}))
