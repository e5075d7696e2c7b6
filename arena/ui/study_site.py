"""What the studies' pages are built from."""

from __future__ import annotations

from dataclasses import dataclass

from arena.study.operator import StudyOffice
from arena.study.runner import PeriodRunner
from arena.study.service import StudyService


@dataclass(frozen=True, slots=True, kw_only=True)
class Studies:
    """The studies' services: the participants' side, what runs their talks, and the operator's side."""

    service: StudyService
    runner: PeriodRunner
    office: StudyOffice
