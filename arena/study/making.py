"""Making a study: its places, sequences and participants' links; replacing somebody. Pure but for the codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from arena.errors import ConfigError
from arena.ids import new_id
from arena.keys import Keys, new_study_code
from arena.models import Contestant
from arena.study.assignment import assign
from arena.study_json import protocol_hash
from arena.study_models import Protocol, Study, StudySource, StudyState
from arena.study_people import Participant, label
from arena.study_ports import NewStudy


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What one person is sent; the code is nowhere else."""

    label: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A study to be stored, and its invitations."""

    new: NewStudy
    invitations: tuple[Invitation, ...]


def new_study(protocol: Protocol, field: Sequence[Contestant], keys: Keys, seed: int, now: datetime) -> Made:
    """A study with a link for each place. Raises `ConfigError` when protocol and contestants do not go together."""
    contestants = _chosen(protocol, field)
    check_blind(protocol, contestants)
    study = Study(
        id=new_id(),
        protocol=protocol,
        protocol_hash=protocol_hash(protocol),
        source=StudySource.PARTICIPANTS,
        state=StudyState.OPEN,
        created_at=now,
    )
    people = [invited(study.id, number + 1, keys, now) for number in range(protocol.participants)]
    new = NewStudy(
        study=study,
        sequences=assign(protocol.participants, seed),
        contestants=contestants,
        participants=[participant for participant, _ in people],
    )
    return Made(new=new, invitations=tuple(invitation for _, invitation in people))


def link(base_url: str, code: str) -> str:
    """The address that a participant is sent."""
    return f"{base_url.rstrip('/')}/study?{urlencode({'code': code})}"


def invited(
    study_id: str, number: int, keys: Keys, now: datetime, replaces: int | None = None
) -> tuple[Participant, Invitation]:
    """A participant who has a link and nothing else yet."""
    code = new_study_code()
    participant = Participant(
        id=new_id(),
        study_id=study_id,
        number=number,
        code_digest=keys.study_code_digest(code),
        replaces=replaces,
        created_at=now,
        updated_at=now,
    )
    return participant, Invitation(label=label(number), code=code)


def check_blind(protocol: Protocol, contestants: Sequence[Contestant]) -> None:
    """Raise `ConfigError` where a text that participants read before the last question names a contestant."""
    names = {name.casefold() for c in contestants for name in (c.name, c.display, c.model) if len(name) > 2}
    for key, text in _texts(protocol):
        for name in sorted(names):
            if name in text.casefold():
                raise ConfigError(f"the protocol's {key} names a contestant ({name}); the study would not be blind")


def _texts(protocol: Protocol) -> list[tuple[str, str]]:
    texts = [("title", t) for t in protocol.title.values()]
    texts += [("instruction", t) for t in protocol.instruction.values()]
    texts += [("consent", t) for t in protocol.consent.values()]
    texts += [("contact", t) for t in protocol.contact.values()]
    texts += [("suggestions", t) for lines in protocol.suggestions.values() for t in lines]
    for question in protocol.questions:
        words = (question.text, question.phrase, *(option.text for option in question.options))
        texts += [(f"question {question.id}", t) for word in words for t in word.values()]
    return texts


def _chosen(protocol: Protocol, field: Sequence[Contestant]) -> list[Contestant]:
    known = {contestant.name: contestant for contestant in field}
    missing = [name for name in protocol.contestants if name not in known]
    if missing:
        raise ConfigError(
            f"the protocol's contestant {missing[0]} is not in the contestants file, which has "
            f"{', '.join(sorted(known))}"
        )
    return [known[name] for name in protocol.contestants]
