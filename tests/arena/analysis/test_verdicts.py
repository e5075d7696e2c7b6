from __future__ import annotations

import pyarrow as pa
import pytest

from arena.analysis.verdicts import judge
from arena.errors import DataError
from arena.models import Standing

TABLE = pa.table({"reasons": ["[]", '["too_fast"]', '["too_fast", "identity_leak"]'], "count": [5, 2, 1]})


def test_a_vote_counts_when_nothing_speaks_against_it_but_what_is_included() -> None:
    assert judge(TABLE).table["counted"].to_pylist() == [True, False, False]
    assert judge(TABLE, {Standing.TOO_FAST}).table["counted"].to_pylist() == [True, True, False]
    assert judge(TABLE).not_counted == {"too_fast": 2, "too_fast+identity_leak": 1}


def test_lists_of_words_are_reasons_too() -> None:
    judged = judge(pa.table({"reasons": [[], ["withdrawn"]]}))
    assert judged.table["counted"].to_pylist() == [True, False] and judged.not_counted == {"withdrawn": 1}


def test_a_table_without_reasons_stays_as_it_is() -> None:
    plain = pa.table({"counted": [True]})
    assert judge(plain).table is plain


@pytest.mark.parametrize("wrong", ["too fast", '["because"]', "3"])
def test_an_unknown_reason_is_an_error(wrong: str) -> None:
    with pytest.raises(DataError, match="reasons"):
        judge(pa.table({"reasons": [wrong]}))
