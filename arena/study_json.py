"""A protocol as canonical JSON and back, and its hash. What the database keeps and what the report shows."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from arena.study_models import Moment, Option, Protocol, Question, QuestionKind, Role, StudyPacing


def canonical(protocol: Protocol) -> str:
    """The protocol as JSON: keys sorted, no blanks, UTF-8; equal protocols have equal texts."""
    return json.dumps(asdict(protocol), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def protocol_hash(protocol: Protocol) -> str:
    """SHA-256 of the canonical JSON, hexadecimal."""
    return hashlib.sha256(canonical(protocol).encode()).hexdigest()


@lru_cache(maxsize=32)
def from_canonical(text: str) -> Protocol:
    """The protocol that `canonical` made the text of."""
    values: dict[str, Any] = json.loads(text)
    if isinstance(values["contact"], str):  # studies that were made when the contact was one text for all languages
        values["contact"] = dict.fromkeys(values["title"], values["contact"])
    return Protocol(
        **values
        | {
            "contestants": tuple(values["contestants"]),
            "pacing": StudyPacing(values["pacing"]),
            "suggestions": {language: tuple(lines) for language, lines in values["suggestions"].items()},
            "questions": tuple(_question(each) for each in values["questions"]),
        }
    )


def _question(values: dict[str, Any]) -> Question:
    return Question(
        **values
        | {
            "kind": QuestionKind(values["kind"]),
            "moment": Moment(values["moment"]),
            "role": Role(values["role"]),
            "options": tuple(Option(**option) for option in values["options"]),
        }
    )
