"""A SQLite database with as many votes as one likes, for measurements: rows are written past the store."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from arena.models import Contestant, Side
from storage.database import Database, open_database
from storage.rows import Card, conversation_id, save_contestants

BATCH = 100_000
OUTCOMES = np.array(["model_a", "model_b", "tie", "both_bad"])
LANGUAGES = np.array(["en", "zh", "de"])
PIECES = ("Yes, I think so. " * 4, "\n## Plan\n", "\n- first\n- second\n", "\n**Then** rest.")
"""An answer has some of these: which, is a number from 0 to 15."""
NOW = datetime(2026, 11, 1, tzinfo=UTC)


class Amount(NamedTuple):
    """How many of what; `texts` also makes a turn with answers for each vote."""

    votes: int
    contestants: int
    raters: int
    texts: bool = False


def make_database(path: Path, amount: Amount, seed: int = 0) -> Database:
    """A new database with these votes, a fifth of them ties, and counts that agree with them."""
    database = open_database(f"sqlite:///{path}")
    rng = np.random.default_rng(seed)
    field = [_contestant(k) for k in range(amount.contestants)]
    theta = rng.normal(0, 0.6, amount.contestants)
    raters = [str(uuid.UUID(int=k + 1)) for k in range(amount.raters)]
    with database.write() as connection:
        save_contestants(connection, [Card.of(one) for one in field], NOW)
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        rows = [(one, None, None, False, _moment(NOW)) for one in raters]
        connection.exec_driver_sql(
            "INSERT INTO rater (id, digest, erasure_digest, excluded, created_at) VALUES (?,?,?,?,?)", rows
        )
        for start in range(0, amount.votes, BATCH):
            drawn = _draw(rng, theta, raters, start, min(BATCH, amount.votes - start), amount.votes)
            for statement, values in _statements(drawn, field, database.origin, texts=amount.texts):
                connection.exec_driver_sql(statement, values)
        connection.exec_driver_sql(
            "INSERT INTO vote_count (left_name, right_name, outcome, standing, n) SELECT left_name, right_name, "
            "outcome, standing, count(*) FROM vote GROUP BY left_name, right_name, outcome, standing"
        )
    return database


def make_counts(path: Path, amount: Amount, seed: int = 0) -> Database:
    """A new database with the maintained counts of so many votes, and none of the votes."""
    database = open_database(f"sqlite:///{path}")
    rng = np.random.default_rng(seed)
    theta = rng.normal(0, 0.6, amount.contestants)
    names = [_contestant(k).name for k in range(amount.contestants)]
    left, right = (side.ravel() for side in np.indices((amount.contestants, amount.contestants)))
    met = left != right
    left, right = left[met], right[met]
    won = 0.8 / (1 + np.exp(theta[right] - theta[left]))
    shares = np.stack([won, 0.8 - won, np.full(won.size, 0.1), np.full(won.size, 0.1)], axis=1) / won.size
    cells = rng.multinomial(amount.votes, shares.ravel() / shares.sum()).reshape(-1, 4)
    rows = [
        (names[left[pair]], names[right[pair]], OUTCOMES[outcome], "counted", int(cells[pair, outcome]))
        for pair, outcome in zip(*np.nonzero(cells), strict=True)
    ]
    with database.write() as connection:
        columns = "left_name, right_name, outcome, standing, n"
        connection.exec_driver_sql(f"INSERT INTO vote_count ({columns}) VALUES (?,?,?,?,?)", rows)  # noqa: S608 - ours
    return database


class Drawn(NamedTuple):
    """A batch of votes: index of the first, and a column each."""

    start: int
    left: list[int]
    right: list[int]
    outcome: list[str]
    rater: list[str]
    language: list[str]
    turns: list[int]
    code: list[bool]
    standing: list[str]
    at: list[str]


def _draw(rng: np.random.Generator, theta: Any, raters: list[str], start: int, size: int, total: int) -> Drawn:
    left = rng.integers(0, theta.size, size)
    right = (left + rng.integers(1, theta.size, size)) % theta.size
    won = rng.random(size) < 1 / (1 + np.exp(theta[right] - theta[left]))
    outcome = np.where(rng.random(size) < 0.2, rng.integers(2, 4, size), np.where(won, 0, 1))
    who = (rng.random(size) ** 2 * len(raters)).astype(int)  # some vote much more than others
    standing = np.where(
        rng.random(size) < 0.02, np.where(rng.random(size) < 0.5, "too_fast", "identity_leak"), "counted"
    )
    span = timedelta(days=60) / max(total, 1)
    return Drawn(
        start,
        left.tolist(),
        right.tolist(),
        OUTCOMES[outcome].tolist(),
        [raters[k] for k in who.tolist()],
        LANGUAGES[rng.choice(3, size, p=[0.6, 0.35, 0.05])].tolist(),
        rng.choice([1, 2, 3, 4], size, p=[0.6, 0.25, 0.1, 0.05]).tolist(),
        (rng.random(size) < 0.15).tolist(),
        standing.tolist(),
        [_moment(NOW - timedelta(days=60) + span * (start + k)) for k in range(size)],
    )


def _statements(drawn: Drawn, field: list[Contestant], origin: str, *, texts: bool) -> Iterator[tuple[str, list[Any]]]:
    ids = [str(uuid.UUID(int=(1 << 100) + drawn.start + k)) for k in range(len(drawn.left))]
    yield (
        "INSERT INTO battle (id, rater_id, state, probability, pacing, owner, created_at, updated_at, closed_at) "
        "VALUES (?,?,'voted',NULL,'matched','',?,?,?)",
        [(one, who, at, at, at) for one, who, at in zip(ids, drawn.rater, drawn.at, strict=True)],
    )
    yield (
        "INSERT INTO vote (id, battle_id, rater_id, outcome, left_name, right_name, standing, reasons, tags_a, tags_b, "
        "comment, comment_after, dwell_ms, turns, language, is_code, pacing, origin, created_at) "
        "VALUES (?,?,?,?,?,?,?,?,'[]','[]','','',5000,?,?,?,'matched',?,?)",
        [_vote(drawn, k, one, field, origin) for k, one in enumerate(ids)],
    )
    if texts:
        yield from _texts(drawn, ids, field)


def _vote(d: Drawn, k: int, one: str, field: list[Contestant], origin: str) -> tuple[Any, ...]:
    reasons = "[]" if d.standing[k] == "counted" else f'["{d.standing[k]}"]'
    left, right = field[d.left[k]].name, field[d.right[k]].name
    last = (d.turns[k], d.language[k], d.code[k], origin, d.at[k])
    return (one, one, d.rater[k], d.outcome[k], left, right, d.standing[k], reasons, *last)


def _texts(d: Drawn, ids: list[str], field: list[Contestant]) -> Iterator[tuple[str, list[Any]]]:
    turns = [(one, one, f"Question {k % 50}", at) for k, (one, at) in enumerate(zip(ids, d.at, strict=True))]
    yield "INSERT INTO turn (id, battle_id, position, prompt, created_at) VALUES (?,?,0,?,?)", turns
    conversations, answers = [], []
    for k, one in enumerate(ids):
        for side, who in (("a", d.left[k]), ("b", d.right[k])):
            talk = conversation_id(one, Side(side))
            conversations.append((talk, one, side, field[who].snapshot_hash))
            failed = (k * 7 + who) % 40 == 0
            state, kind = ("failed", "thinking_only") if failed and who % 2 else ("complete", None)
            answers.append(
                (f"{one}{side}", one, talk, state, _saying((k * k + 5 * who) * 2654435761 % 4093 % 16), kind, d.at[k])
            )
    yield "INSERT INTO conversation (id, battle_id, side, contestant_hash) VALUES (?,?,?,?)", conversations
    yield (
        "INSERT INTO answer (id, turn_id, conversation_id, attempt, state, text, thinking, finish_reason, error_kind, "
        "leak, created_at, chunks, thinking_chars, engine, requests) VALUES (?,?,?,1,?,?,'','stop',?,'',?,1,0,'',1)",
        answers,
    )


def _saying(which: int) -> str:
    return "Well. " + "".join(piece for bit, piece in enumerate(PIECES) if which >> bit & 1)


def _contestant(k: int) -> Contestant:
    name = f"contestant-{k:03d}"
    return Contestant(name=name, display=f"Contestant {k:03d}", base_url="http://localhost/v1", model=name)


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S.%f")
