"""Everything that can go wrong and that somebody is told about.

ArenaError
├── ConfigError                a setting or a contestants file is wrong; refused at start
├── DataError                  votes that cannot be read or analysed; says which row or column and what was expected
├── UserError                  a person asked for something that cannot be done; carries a `Refusal`
├── LoginError                 somebody could not be logged in; carries a `LoginTrouble`
├── ServingError               a model server of ours could not be started or stopped; says why and what to do
├── ChatError                  a model server did not answer as it should; carries an `ErrorKind`
└── StoreError                 the database did not do what was asked
    ├── StoreUnavailable       locked, read-only, full, gone: try again
    ├── LiveBattleExists       this rater has a battle under way already
    ├── StateConflict          the battle was not in the state that the change needs
    └── SchemaMismatch         the database was made by a newer version
"""

from __future__ import annotations

from enum import StrEnum

from arena.models import ErrorKind


class Refusal(StrEnum):
    """Why a person's request was refused; `arena/ui/text.py` has the sentence for each, in Chinese and English."""

    PROMPT_EMPTY = "prompt_empty"
    PROMPT_TOO_LONG = "prompt_too_long"
    TOO_MANY_TURNS = "too_many_turns"
    NO_BATTLE = "no_battle"
    NOT_YOUR_BATTLE = "not_your_battle"
    BATTLE_OVER = "battle_over"
    BAD_TOKEN = "bad_token"  # noqa: S105 - a name, not a secret
    BAD_OUTCOME = "bad_outcome"
    BAD_TAG = "bad_tag"
    BAD_SIDE = "bad_side"
    BAD_CODE = "bad_code"
    COMMENT_TOO_LONG = "comment_too_long"
    STILL_STREAMING = "still_streaming"
    NOTHING_TO_RETRY = "nothing_to_retry"
    NOTHING_TO_STOP = "nothing_to_stop"
    NOT_READY = "not_ready"
    NOT_VOTED = "not_voted"
    NO_RATER = "no_rater"
    TOO_FEW_CONTESTANTS = "too_few_contestants"
    PAUSED = "paused"
    FULL = "full"
    TOO_MANY = "too_many"
    NOT_SAVED = "not_saved"
    STUDY_NO_LINK = "study_no_link"
    STUDY_RESUME_NEEDED = "study_resume_needed"
    STUDY_BAD_RESUME = "study_bad_resume"
    STUDY_OTHER_PERSON = "study_other_person"
    STUDY_NOT_YET = "study_not_yet"
    STUDY_TIME_LEFT = "study_time_left"
    STUDY_LOCKED = "study_locked"
    STUDY_BAD_ANSWER = "study_bad_answer"
    STUDY_TEXT_TOO_LONG = "study_text_too_long"
    STUDY_PERIOD_OVER = "study_period_over"
    STUDY_ASK_AGAIN = "study_ask_again"
    STUDY_CLOSED = "study_closed"
    STUDY_PUBLISHED = "study_published"
    STUDY_GONE = "study_gone"
    STUDY_UNAVAILABLE = "study_unavailable"


class LoginTrouble(StrEnum):
    """Why a login came to nothing. `stale`: not begun in this browser, too old, or used before."""

    DENIED = "denied"
    STALE = "stale"
    NOT_ADMITTED = "not_admitted"
    PROVIDER = "provider"


class ArenaError(Exception):
    """The root of the tree."""


class ConfigError(ArenaError):
    """A setting or a contestants file is wrong. The message names the file, the key and what was expected."""


class UserError(ArenaError):
    """A person's request that was refused; nothing was changed."""

    def __init__(self, refusal: Refusal, **details: object) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal
        self.details = details


class LoginError(ArenaError):
    """A login that came to nothing. `detail` is for the operator's log."""

    def __init__(self, trouble: LoginTrouble, detail: str = "") -> None:
        super().__init__(f"{trouble.value}: {detail}")
        self.trouble = trouble
        self.detail = detail


class DataError(ArenaError):
    """Votes that cannot be read or analysed. The message names the row or column and what was expected."""


class ServingError(ArenaError):
    """A model server that we start did not come up. The message says why and what to do about it."""


class ChatError(ArenaError):
    """A model server failed. `detail` is for the operator's log and never leaves the server."""

    def __init__(self, kind: ErrorKind, detail: str, retry_after_s: float | None = None) -> None:
        super().__init__(f"{kind.value}: {detail}")
        self.kind = kind
        self.detail = detail
        self.retry_after_s = retry_after_s


class StoreError(ArenaError):
    """The database did not do what was asked."""


class StoreUnavailable(StoreError):
    """Locked, read-only, full or gone. Nothing was written; the same call may be made again."""


class LiveBattleExists(StoreError):
    """One live battle per rater, and this rater has one."""


class ArenaPaused(StoreError):
    """The operator has paused the arena: no battle is opened."""


class StateConflict(StoreError):
    """The row was not in the state that the change needs; somebody else was first."""


class SchemaMismatch(StoreError):
    """The database's schema is newer than this program."""
