"""A protocol file, right and wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from arena.errors import ConfigError
from arena.study.making import check_blind
from arena.study.protocol import PROTOCOLS, load_protocol, protocols, read_protocol
from arena.study_json import canonical, from_canonical, protocol_hash
from arena.study_models import Moment, QuestionKind, Role
from tests.support.arena import contestants

NATURALNESS = (PROTOCOLS / "naturalness.toml").read_text(encoding="utf-8")


def wrong(old: str, new: str) -> str:
    """What is said when a piece of the default protocol is exchanged."""
    assert old in NATURALNESS
    with pytest.raises(ConfigError) as caught:
        read_protocol(NATURALNESS.replace(old, new, 1), "p.toml")
    return str(caught.value)


def test_the_default_protocol_is_the_published_study_made_sound() -> None:
    protocol = load_protocol("naturalness")
    assert (protocol.participants, protocol.period_s, protocol.peek) == (12, 600.0, False)
    asked = [(q.id, q.kind, q.moment, q.role) for q in protocol.questions]
    assert asked == [
        ("age_group", QuestionKind.CHOICE, Moment.BEFORE, Role.BACKGROUND),
        ("familiarity", QuestionKind.SCALE, Moment.BEFORE, Role.BACKGROUND),
        ("expectation", QuestionKind.CHOICE, Moment.BEFORE, Role.BACKGROUND),
        ("understood", QuestionKind.YES_NO, Moment.AFTER_PERIOD, Role.SECONDARY),
        ("ai_tone", QuestionKind.YES_NO_PHRASE, Moment.AFTER_PERIOD, Role.SECONDARY),
        ("prefer", QuestionKind.PERIOD, Moment.END, Role.PRIMARY),
        ("guess", QuestionKind.CONTESTANT, Moment.END, Role.BLINDING),
    ]
    texts = [q.text for q in protocol.questions] + [protocol.title, protocol.consent, protocol.instruction]
    assert all(set(text) == {"en", "zh"} for text in texts)
    assert all(word in protocol.consent["en"] for word in ("stored", "label", "withdraw", "30 minutes", "published"))


def test_every_protocol_that_comes_along_can_be_read() -> None:
    assert [load_protocol(name).contestants for name in protocols()]


def test_a_protocol_comes_back_from_its_canonical_text_with_the_same_hash() -> None:
    protocol = load_protocol("naturalness")
    assert from_canonical(canonical(protocol)) == protocol
    assert protocol_hash(from_canonical(canonical(protocol))) == protocol_hash(protocol)
    assert protocol_hash(replace(protocol, period_s=599.0)) != protocol_hash(protocol)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("participants = 12", "participants = 1", "line 5: participants = 1: expected a number greater than"),
        ("period_s = 600.0", "period_s = -1.0", "line 6: period_s = -1.0"),
        ("warning_s = 60.0", "warning_s = 600.0", "line 7: warning_s = 600.0: expected less than period_s"),
        ("peek = false", "peak = false", "line 14: peak is not a known key; did you mean peek?"),
        ('pacing = "fixed"', 'pacing = "fast"', "line 10: pacing"),
        ('kind = "scale"', 'kind = "stars"', "question 2, kind"),
        ("high = 5", "high = 60", "question 2: expected low below high"),
        ('role = "primary"', 'role = "background"', 'expected one with role = "primary", found 0'),
        ('id = "familiarity"', 'id = "age_group"', "expected another one, question 1 has it"),
        ('id = "familiarity"', 'id = "turns"', "says what was measured"),
        ('id = "25_34"', 'id = "18_24"', "ids of their own"),
        ('zh = "你的年龄？"', 'zh = " "', "question 1, text.zh"),
        (', zh = "你的年龄？"', "", "question 1, text: expected en and zh, as in the title"),
        ('"r1-distill-qwen-1.5b"]', '"llama-3-8b-instruct"]', "expected two different names"),
        ("phrase = {", "phrases = {", "did you mean phrase?"),
        ('moment = "end"\nrole = "primary"', 'moment = "before"\nrole = "primary"', 'expected moment = "end"'),
        ('role = "blinding"', 'role = "secondary"', "role"),
        ("[title]", "[title", "not TOML"),
    ],
)
def test_a_wrong_protocol_is_refused_with_line_and_key(old: str, new: str, said: str) -> None:
    assert said in wrong(old, new)


def test_a_missing_file_is_refused_with_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="naturalness; did you mean naturalness"):
        load_protocol("naturalnes")
    (tmp_path / "p.toml").write_bytes(b"\xff")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load_protocol(tmp_path / "p.toml")


def test_a_protocol_that_names_a_contestant_is_refused() -> None:
    protocol = load_protocol("naturalness")
    check_blind(protocol, contestants())
    with pytest.raises(ConfigError, match="instruction names a contestant"):
        check_blind(replace(protocol, instruction={"en": "Talk with Canary-Left."}), contestants())
