"""What an operator cannot do with a study, and how that is said in English; pages say it in their own language too."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from arena.errors import ConfigError


class Why(StrEnum):
    """Why something cannot be done."""

    NO_STUDY = "no_study"
    NO_PARTICIPANT = "no_participant"
    OUTCOMES_CLOSED = "outcomes_closed"
    STILL_OPEN = "still_open"
    NOT_OPEN = "not_open"
    COMPLETED = "completed"
    REPLACED = "replaced"
    PUBLISHED = "published"


SENTENCES: Mapping[Why, str] = {
    Why.NO_STUDY: "there is no study {study}; this database has: {known}",
    Why.NO_PARTICIPANT: "study {study} has no {participant}; its participants are P01 to {last}",
    Why.OUTCOMES_CLOSED: "study {study} is open, and its protocol does not let anybody look at outcomes before it "
    "closes",
    Why.STILL_OPEN: "study {study} is open; close it before it is published",
    Why.NOT_OPEN: "study {study} is closed; nobody can be replaced any more",
    Why.COMPLETED: "{participant} has completed the study, and a whole sheet is never replaced",
    Why.REPLACED: "{participant} has been replaced before",
    Why.PUBLISHED: "the study is published; nothing can be withdrawn any more",
}


class NotPossible(ConfigError):
    """The study, or somebody in it, is not in a state for what the operator wants; nothing was changed."""

    def __init__(self, why: Why, **details: object) -> None:
        super().__init__(SENTENCES[why].format(**details))
        self.why = why
        self.details = details
