"""What the settings decide about battles."""

from __future__ import annotations

from dataclasses import dataclass, field

from arena.abuse.reading import ReadingPace
from arena.models import Pacing


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How battles go, for everybody."""

    pacing: Pacing = Pacing.MATCHED
    max_prompt_chars: int = 4000
    max_turns: int = 20
    max_comment_chars: int = 1000
    max_report_chars: int = 500
    log_prompts: bool = False
    reading: ReadingPace | None = field(default_factory=ReadingPace)
    check_addresses: bool = False
