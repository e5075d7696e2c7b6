"""Simulated participants, who go through the service as people do; stored and reported as simulated everywhere.

They are for trying out the pipeline. What they answer is drawn from `Tastes` and says nothing about any model. No
model is asked either: `SimulatedChat` answers. The clock is moved by hand, so that a study takes seconds and the same
seed gives the same sheets.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from arena.chat.roster import Roster
from arena.contestant_parts import PromptPolicy, Sampling, SystemAs
from arena.errors import ConfigError
from arena.keys import Keys, new_study_code
from arena.models import Contestant, Message
from arena.ports import Chunk
from arena.study.acts import Given
from arena.study.dictionary import codes_of
from arena.study.runner import PeriodRunner, StudyRules
from arena.study.service import StudyService
from arena.study.views import ParticipantView, QuestionView, Stage
from arena.study_models import ParticipantState, Protocol, QuestionKind, Study, StudySource, StudyState
from arena.study_models import Sequence as Order
from arena.study_people import Participant
from arena.study_ports import Enrolled, StudyStore

HASTE = 1000.0
"""How much faster than real the simulated seconds of the pacing go by."""
AWAY_S = 300.0
AT_ONCE = 8
LONGEST_TALK = 4
"""At most so many turns more than the protocol asks for."""

_PROMPTS = {
    "en": ("Hello there.", "I had a long day.", "What would you cook?", "Why do you think so?", "Tell me more."),
    "zh": ("你好。", "今天有点累。", "你会做什么菜？", "你为什么这么想？", "再多说一点。"),
}
_PHRASES = {"en": ("in conclusion", "I would be happy to help"), "zh": ("综上所述", "很高兴为您服务")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tastes:
    """How probable it is that a simulated person prefers the protocol's second contestant, and says yes of each."""

    prefers_second: float = 0.75
    yes: tuple[float, float] = (0.45, 0.75)
    yes_with_phrase: tuple[float, float] = (0.6, 0.2)
    knows_first: float = 0.4


class HandClock:
    """A clock that is moved by hand; only the pacing's seconds go by themselves, in haste."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """The simulated time."""
        return self._now

    def monotonic(self) -> float:
        """Seconds that go by in haste."""
        return time.monotonic() * HASTE

    def pass_s(self, seconds: float) -> None:
        """Move the time on."""
        self._now += timedelta(seconds=seconds)


class SimulatedChat:
    """A chat client that asks nobody."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng

    async def stream(self, contestant: Contestant, messages: Sequence[Message]) -> AsyncGenerator[Chunk, None]:  # noqa: ARG002 - the port's shape
        """Say something."""
        for _ in range(self._rng.randint(2, 6)):
            yield Chunk(text="simulated words ")
        yield Chunk(finish_reason="stop")

    async def probe(self, contestant: Contestant) -> None:
        """Always up."""

    async def warm_up(self) -> None:
        """Nothing to do."""

    async def aclose(self) -> None:
        """Nothing to close."""


async def simulate(
    study: Study, store: StudyStore, seed: int, tastes: Tastes | None = None, done: Callable[[str], None] | None = None
) -> int:
    """Let simulated people take all places of a study that nobody has begun; how many there were.

    The study is marked as simulated first, and its links stop working. Raises `ConfigError` when somebody has begun.

    Args:
        study: an open study of this store.
        store: the store.
        seed: the same seed gives the same sheets.
        tastes: how they answer.
        done: told each participant's label when that one is through.
    """
    await store.move_study(study.id, _as_simulated)
    field = [contestant_of_snapshot(text) for text in await store.snapshots(study.id)]
    people = []
    for participant in await store.participants(study.id):
        person = await _invite(participant, study, store, field, seed)
        person.tastes = tastes or person.tastes
        await person.consent()  # one after the other, so that the places do not depend on who is fast
        people.append(person)
    places = asyncio.Semaphore(AT_ONCE)

    async def take_part(person: _Person) -> None:
        async with places:
            await person.take_part()
        if done is not None:
            done(person.label)

    await asyncio.gather(*(take_part(person) for person in people))
    return len(people)


async def _invite(
    participant: Participant, study: Study, store: StudyStore, field: Sequence[Contestant], seed: int
) -> _Person:
    """A simulated person with a link, a browser, a clock and chance of their own."""
    rng = Random(f"{seed}:{participant.number}")  # noqa: S311 - to be repeated
    clock, keys, code = HandClock(study.created_at), Keys(new_study_code()), new_study_code()
    chat = SimulatedChat(rng)
    runner = PeriodRunner(store=store, client=chat, clock=clock, rules=StudyRules(away_s=AWAY_S))
    service = StudyService(store=store, runner=runner, roster=Roster(field, chat, clock, 30.0), keys=keys, clock=clock)
    await store.change(participant.id, _with_link(keys.study_code_digest(code)))
    browser = keys.rater_digest(keys.new_cookie()) or ""
    return _Person(
        id=participant.id,
        label=participant.label,
        protocol=study.protocol,
        service=service,
        runner=runner,
        store=store,
        clock=clock,
        rng=rng,
        browser=browser,
        code=code,
    )


def contestant_of_snapshot(text: str) -> Contestant:
    """A contestant from its frozen snapshot, which has all that shapes its answers but no address."""
    shape = json.loads(text)
    prompt = shape.pop("prompt")
    return Contestant(
        **shape | {"sampling": Sampling(**shape["sampling"])},
        base_url="",
        prompt=PromptPolicy(**prompt | {"system_as": SystemAs(prompt["system_as"])}),
    )


@dataclass(slots=True, kw_only=True)
class _Person:
    """One simulated participant."""

    id: str
    label: str
    protocol: Protocol
    service: StudyService
    runner: PeriodRunner
    store: StudyStore
    clock: HandClock
    rng: Random
    browser: str
    code: str
    tastes: Tastes = Tastes()
    language: str = ""

    async def consent(self) -> None:
        """Come in."""
        self.language = self.rng.choice(sorted(self.protocol.consent))
        await self.service.check_device(self.browser, self.code)
        await self.service.consent(self.browser, self.code, self.language)

    async def take_part(self) -> None:
        """Go through the rest of the study."""
        order = await self._order()
        view = await self.service.look(self.browser, self.code)
        while view.stage is not Stage.DONE:
            view = await self._step(view, order)

    async def _order(self) -> Order:
        """Which contestant comes first: people feel the difference, simulated ones have to be told."""
        found = await self.store.change(self.id, lambda enrolled: enrolled.participant)
        if found.sequence is None:
            raise ValueError(f"participant {found.label} has no sequence after the consent")
        return found.sequence

    async def _step(self, view: ParticipantView, order: Order) -> ParticipantView:
        if view.question is not None:
            value, phrase = self._answer(view.question, order)
            given = Given(question=view.question.id, period=view.question.period, value=value, phrase=phrase)
            self.clock.pass_s(self.rng.uniform(3, 20))
            return await self.service.answer(self.browser, self.code, given)
        if view.stage is Stage.BREAK:
            self.clock.pass_s(self.protocol.break_s + 1)
            return await self.service.go_on(self.browser, self.code)
        return await self._talk()

    async def _talk(self) -> ParticipantView:
        """Talk until the period is over."""
        view = await self.service.look(self.browser, self.code)
        stage = view.stage
        for _ in range(self.protocol.minimum_turns + self.rng.randint(0, LONGEST_TALK)):
            if view.stage is not stage:
                return view
            view = await self._say(self.rng.choice(_PROMPTS.get(self.language, _PROMPTS["en"])))
            self.clock.pass_s(self.rng.uniform(0.02, 0.1) * self.protocol.period_s)
            view = await self.service.look(self.browser, self.code)
        while view.stage is stage:
            left_s = view.period.clock.left_s if view.period else 0.0
            self.clock.pass_s(min(AWAY_S - 1, left_s + 1))
            view = await self.service.present(self.browser, self.code)
        return view

    async def _say(self, prompt: str) -> ParticipantView:
        sent = await self.service.send(self.browser, self.code, prompt)
        turn = self.runner.turns.get(sent.view.period.id) if sent.view.period else None
        if turn is not None:
            with turn.subscribed():
                await turn.until_ended(60 * HASTE)
        return sent.view

    def _answer(self, question: QuestionView, order: Order) -> tuple[str, str]:
        first = order.contestant(1)
        if question.kind is QuestionKind.PERIOD:
            preferred = int(self.rng.random() < self.tastes.prefers_second)
            return ("1" if preferred == first else "2"), ""
        if question.kind is QuestionKind.YES_NO:
            return self._yes(self.tastes.yes[order.contestant(question.period or 1)]), ""
        if question.kind is QuestionKind.YES_NO_PHRASE:
            said = self._yes(self.tastes.yes_with_phrase[order.contestant(question.period or 1)])
            return said, self.rng.choice(_PHRASES.get(self.language, _PHRASES["en"])) if said == "yes" else ""
        if question.kind is QuestionKind.CONTESTANT and self.rng.random() < self.tastes.knows_first:
            return self.protocol.contestants[first], ""
        asked = next(q for q in self.protocol.questions if q.id == question.id)
        return self.rng.choice(codes_of(asked, self.protocol) or ("simulated",)), ""

    def _yes(self, probability: float) -> str:
        return "yes" if self.rng.random() < probability else "no"


def _as_simulated(study: Study, people: Sequence[Participant]) -> Study:
    if study.state is not StudyState.OPEN:
        raise ConfigError(f"study {study.id[:8]} is closed; make another one to simulate")
    begun = [each.label for each in people if each.state is not ParticipantState.INVITED]
    if begun:
        raise ConfigError(f"{begun[0]} has begun study {study.id[:8]}; make another one to simulate")
    return replace(study, source=StudySource.SIMULATED)


def _with_link(code_digest: str) -> Callable[[Enrolled], Participant]:
    def decide(enrolled: Enrolled) -> Participant:
        return replace(enrolled.participant, code_digest=code_digest, source=StudySource.SIMULATED)

    return decide
