"""A whole study service on a database and a scripted chat, and participants who walk through it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from arena.chat.roster import Roster
from arena.keys import Keys
from arena.models import Contestant
from arena.study.acts import Given
from arena.study.making import Made, new_study
from arena.study.operator import StudyOffice
from arena.study.runner import PeriodRunner, StudyRules
from arena.study.service import StudyService
from arena.study.views import ParticipantView, QuestionView, Stage
from arena.study_models import (
    Moment,
    Option,
    Protocol,
    Question,
    QuestionKind,
    Role,
    Study,
)
from arena.study_people import Participant
from arena.ui.study_site import Studies
from storage.database import open_database
from storage.store import SqlStore
from storage.study_store import SqlStudyStore
from tests.support.arena import Arena, MovableClock, contestants
from tests.support.chat import ScriptedChat

LEFT, RIGHT = "canary-left", "canary-right"


def question(id_: str, kind: QuestionKind, moment: Moment, role: Role = Role.BACKGROUND, **more: Any) -> Question:
    return Question(id=id_, kind=kind, moment=moment, role=role, text={"en": f"{id_}?", "zh": f"{id_}？"}, **more)


AGES = (Option(id="young", text={"en": "Young", "zh": "年轻"}), Option(id="old", text={"en": "Old", "zh": "年长"}))

PROTOCOL = Protocol(
    title={"en": "A study", "zh": "一项研究"},
    contestants=(LEFT, RIGHT),
    participants=4,
    period_s=600.0,
    warning_s=60.0,
    break_s=60.0,
    minimum_turns=2,
    first_text_s=0.0,
    chars_per_s=5000.0,
    instruction={"en": "Talk.", "zh": "聊天。"},
    consent={"en": "I agree.", "zh": "我同意。"},
    contact={"en": "study@example.org", "zh": "study@example.org"},
    questions=(
        question("age", QuestionKind.CHOICE, Moment.BEFORE, options=AGES),
        question("known", QuestionKind.SCALE, Moment.BEFORE, low=1, high=5),
        question("understood", QuestionKind.YES_NO, Moment.AFTER_PERIOD, Role.SECONDARY),
        question("ai_tone", QuestionKind.YES_NO_PHRASE, Moment.AFTER_PERIOD, Role.SECONDARY),
        question("guess", QuestionKind.CONTESTANT, Moment.END, Role.BLINDING),
        question("remarks", QuestionKind.TEXT, Moment.END, required=False),
        question("prefer", QuestionKind.PERIOD, Moment.END, Role.PRIMARY),
    ),
)

ANSWERS = {
    "age": "young",
    "known": "3",
    "understood": "yes",
    "ai_tone": "no",
    "guess": "dont_know",
    "remarks": "",
    "prefer": "2",
}


@dataclass
class Lab:
    """A study with its service; `codes` are the links' codes in order."""

    service: StudyService
    runner: PeriodRunner
    store: SqlStore
    studies: SqlStudyStore
    chat: ScriptedChat
    keys: Keys
    clock: MovableClock
    made: Made
    codes: list[str] = field(default_factory=list)

    @property
    def study_id(self) -> str:
        return self.made.new.study.id

    def browser(self) -> str:
        """The digest of a new browser's cookie."""
        digest = self.keys.rater_digest(self.keys.new_cookie())
        assert digest is not None
        return digest

    def person(self, place: int = 0) -> Person:
        """Somebody with a link and a browser of their own."""
        return Person(self, self.browser(), self.codes[place])

    async def study(self) -> Study:
        found = await self.studies.study(self.study_id)
        assert found is not None
        return found

    async def everybody(self) -> list[Participant]:
        return list(await self.studies.participants(self.study_id))


@dataclass
class Person:
    """A participant at a browser."""

    lab: Lab
    browser: str
    code: str
    resume_code: str = ""

    async def look(self) -> ParticipantView:
        return await self.lab.service.look(self.browser, self.code)

    async def present(self) -> ParticipantView:
        return await self.lab.service.present(self.browser, self.code)

    async def consent(self, language: str = "en") -> ParticipantView:
        await self.lab.service.check_device(self.browser, self.code)
        consented = await self.lab.service.consent(self.browser, self.code, language)
        self.resume_code = consented.resume_code
        return consented.view

    async def answer(self, asked: QuestionView, value: str | None = None, phrase: str = "") -> ParticipantView:
        given = ANSWERS[asked.id] if value is None else value
        return await self.lab.service.answer(
            self.browser, self.code, Given(question=asked.id, period=asked.period, value=given, phrase=phrase)
        )

    async def answer_all(self, values: Mapping[str, str] | None = None) -> ParticipantView:
        """Answer until something else is to be done."""
        view = await self.look()
        while view.question is not None:
            view = await self.answer(view.question, (values or {}).get(view.question.id))
        return view

    async def send(self, prompt: str = "Hello") -> ParticipantView:
        """Send a message and follow the answer to its end."""
        sent = await self.lab.service.send(self.browser, self.code, prompt)
        return await self.followed(sent.view)

    async def followed(self, view: ParticipantView) -> ParticipantView:
        """The place after the running answer has ended."""
        turn = self.lab.runner.turns.get(view.period.id) if view.period else None
        if turn is not None:
            with turn.subscribed():
                assert await turn.until_ended(10)
        return await self.look()

    async def talk(self, turns: int = 2) -> ParticipantView:
        """A whole period: the turns, then the time runs out while the page is open."""
        for number in range(turns):
            await self.send(f"message {number}")
        return await self.until_over()

    async def until_over(self) -> ParticipantView:
        view = await self.present()
        number = view.stage
        while view.stage is number and view.period is not None and not view.period.clock.time_up:
            await self.lab.clock.pass_s(self.lab.service.rules.away_s - 1)
            view = await self.present()
        return view

    async def to_period(self, number: int = 1) -> ParticipantView:
        """As far as the beginning of a period."""
        await self.consent()
        view = await self.answer_all()
        if number == 2:
            await self.talk()
            await self.answer_all()
            await self.lab.clock.pass_s(self.lab.made.new.study.protocol.break_s)
            view = await self.lab.service.go_on(self.browser, self.code)
        return view

    async def all_of_it(self, values: Mapping[str, str] | None = None) -> ParticipantView:
        """The whole study."""
        await self.consent()
        await self.answer_all(values)
        await self.talk()
        await self.answer_all(values)
        await self.lab.clock.pass_s(self.lab.made.new.study.protocol.break_s)
        await self.lab.service.go_on(self.browser, self.code)
        await self.talk()
        view = await self.answer_all(values)
        assert view.stage is Stage.DONE
        return view


class StudyClock(MovableClock):
    """The real clock, put forward by the test."""

    async def pass_s(self, seconds: float) -> None:

        self.ahead += timedelta(seconds=seconds)
        await asyncio.sleep(0)


@asynccontextmanager
async def lab(
    tmp_path: Path,
    *,
    protocol: Protocol = PROTOCOL,
    url: str | None = None,
    people: list[Contestant] | None = None,
    seed: int = 7,
    **rules: Any,
) -> AsyncIterator[Lab]:
    """A new study whose contestants answer as `chat.scripts` say."""
    store = SqlStore(open_database(url or f"sqlite:///{tmp_path / 'study.db'}", busy_timeout_ms=1_000))
    studies, chat, clock = SqlStudyStore(store), ScriptedChat(), StudyClock()
    keys = Keys("a secret of this test only")
    made = new_study(protocol, people or contestants(), keys, seed, datetime.now(UTC))
    await studies.create_study(made.new)
    here = await _joined(store, studies, chat, clock, keys, made, people or contestants(), rules)
    try:
        yield here
    finally:
        await here.runner.turns.close()
        store.close()


def studies_on(here: Arena) -> Studies:
    """The studies' services beside the battles' on a test's arena."""
    kept = SqlStudyStore(here.store)
    runner = PeriodRunner(store=kept, client=here.chat, clock=here.clock, rules=StudyRules())
    service = StudyService(store=kept, runner=runner, roster=here.roster, keys=here.keys, clock=here.clock)
    return Studies(service=service, runner=runner, office=StudyOffice(store=kept, keys=here.keys, clock=here.clock))


async def another_process(here: Lab, **rules: Any) -> Lab:
    """The same study, served by another process on the same database."""
    other = await _joined(here.store, here.studies, here.chat, here.clock, here.keys, here.made, contestants(), rules)
    return other


async def _joined(
    store: SqlStore,
    studies: SqlStudyStore,
    chat: ScriptedChat,
    clock: MovableClock,
    keys: Keys,
    made: Made,
    field_: list[Contestant],
    rules: dict[str, Any],
) -> Lab:
    roster = Roster(field_, chat, clock, 30.0)
    await roster.probe_all()
    fewer_beats = {"away_s": 120.0, **rules}
    runner = PeriodRunner(store=studies, client=chat, clock=clock, rules=StudyRules(**fewer_beats))
    service = StudyService(store=studies, runner=runner, roster=roster, keys=keys, clock=clock)
    codes = [invitation.code for invitation in made.invitations]
    return Lab(service, runner, store, studies, chat, keys, clock, made, codes)


def changed(**changes: Any) -> Protocol:
    """The protocol with changes."""
    return replace(PROTOCOL, **changes)
