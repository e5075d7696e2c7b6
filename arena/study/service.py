"""The one state machine of a study's participants.

Every public method is something that a participant does. The caller hands over the digest of the browser's cookie and
the code of the participant's link; what comes back is a view without contestants and sequence. All refusals are
`UserError`s; a database that cannot be written to is `StoreUnavailable`, and then nothing has changed.

What is decided is decided by pure functions (steps, acts, talk) inside one transaction that holds the participant, so
two tabs, two clicks or two processes never see half of a change. Time is the server's.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import structlog

from arena.abuse.limits import Act, Limiter, ProcessCounts
from arena.chat.live import Halt, LiveTurn
from arena.chat.prompts import clean_prompt
from arena.chat.roster import Roster
from arena.errors import Refusal, UserError
from arena.ids import new_id
from arena.keys import Keys, new_resume_code
from arena.models import Contestant
from arena.ports import Clock
from arena.study import acts, clock, talk
from arena.study.acts import Given
from arena.study.own_data import own_data
from arena.study.runner import PeriodRunner
from arena.study.talk import Moment, current_period, settled, with_period
from arena.study.views import ParticipantView, PeriodView, participant_view, period_view
from arena.study_people import Participant, Period, PeriodState, Step
from arena.study_ports import Enrolled, StudyStore

log = structlog.get_logger()

Rule = Callable[[Enrolled, Moment], Participant]


@dataclass(frozen=True, slots=True, kw_only=True)
class Consented:
    """The place after the consent, and the resume code, which is shown this once."""

    view: ParticipantView
    resume_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StudySent:
    """What became of a message: `accepted` is False when another one was being answered, which is shown instead."""

    view: ParticipantView
    accepted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodWatch:
    """What a watcher of a period needs: the talk so far, and its running turn when it runs here.

    A period that is streaming without a turn here runs in another process; look again.
    """

    view: PeriodView
    turn: LiveTurn | None


class StudyService:
    """Takes participants through a study."""

    def __init__(
        self,
        *,
        store: StudyStore,
        runner: PeriodRunner,
        roster: Roster,
        keys: Keys,
        clock: Clock,
        limiter: Limiter | None = None,
    ) -> None:
        self._store = store
        self._runner = runner
        self._roster = roster
        self._keys = keys
        self._clock = clock
        self._limiter = limiter or Limiter({}, ProcessCounts(clock), clock)
        self.rules = runner.rules

    # --- looking ---

    async def look(self, digest: str | None, code: str) -> ParticipantView:
        """The participant's place; on a browser that is not theirs, what that browser may see."""
        enrolled, browser = await self._found(digest, code)
        if not self._knows(enrolled.participant, browser):
            return self._view(enrolled, browser)
        return self._view(await self._settle(enrolled), browser)

    async def present(self, digest: str | None, code: str) -> ParticipantView:
        """Somebody is there: keeps the period's clock running. To be called every `rules.beat_s`."""
        return await self._act(digest, code, _seen)

    async def own(self, digest: str | None, code: str) -> dict[str, Any]:
        """What is stored of this browser's participant."""
        enrolled, browser = await self._found(digest, code)
        self._check_known(enrolled.participant, browser)
        return own_data(enrolled)

    async def watch(self, digest: str | None, period_id: str) -> PeriodWatch:
        """A period of this browser's participant, to follow."""
        browser = self._browser(digest)
        enrolled = await self._store.enrolled_in_period(period_id)
        if enrolled is None or not self._knows(enrolled.participant, browser):
            raise UserError(Refusal.STUDY_NO_LINK)
        enrolled = await self._settle(enrolled)
        period = next(p for p in enrolled.participant.periods if p.id == period_id)
        view = period_view(enrolled, period, self._runner.moment())
        return PeriodWatch(view=view, turn=self._runner.turns.get(period_id))

    # --- on the way in ---

    async def check_device(self, digest: str | None, code: str) -> ParticipantView:
        """The device has been tried; on to the consent."""
        return await self._act(digest, code, acts.device_checked)

    async def consent(self, digest: str | None, code: str, language: str) -> Consented:
        """The consent was given: the place is drawn, and this browser is the participant's."""
        enrolled, browser = await self._found(digest, code)
        if await self._store.elsewhere(enrolled.participant, browser):
            raise UserError(Refusal.STUDY_OTHER_PERSON)
        resume_code = new_resume_code()
        participant_id = enrolled.participant.id
        resume_digest = self._keys.resume_digest(participant_id, resume_code)

        def decide(found: Enrolled) -> Participant:
            return acts.consented(found, language, browser, resume_digest, self._runner.moment())

        participant = await self._store.change(participant_id, decide, draw=True)
        log.info("study_consent", study=enrolled.study.id, participant=participant.label)
        view = self._view(replace(enrolled, participant=participant), browser)
        return Consented(view=view, resume_code=resume_code)

    async def new_resume_code(self, digest: str | None, code: str) -> Consented:
        """Another resume code in place of one that was lost; only where the participant is known anyway."""
        resume_code = new_resume_code()

        def rule(enrolled: Enrolled, at: Moment) -> Participant:
            participant = acts.check_open(enrolled)
            if participant.consented_at is None:
                raise UserError(Refusal.STUDY_NOT_YET)
            resume_digest = self._keys.resume_digest(participant.id, resume_code)
            return replace(participant, resume_digest=resume_digest, updated_at=at.now)

        return Consented(view=await self._act(digest, code, rule), resume_code=resume_code)

    async def resume(self, digest: str | None, code: str, resume_code: str, *, address: str = "") -> ParticipantView:
        """Go on in another browser. `address`: as in a battle's `send`."""
        await self._limiter.check(Act.CODE, None, address)
        enrolled, browser = await self._found(digest, code)
        given = self._keys.resume_digest(enrolled.participant.id, resume_code)

        def decide(found: Enrolled) -> Participant:
            stored = found.participant.resume_digest
            if not stored or not hmac.compare_digest(stored, given):
                raise UserError(Refusal.STUDY_BAD_RESUME)
            return acts.resumed(found.participant, browser, self._runner.moment())

        await self._store.change(enrolled.participant.id, decide)
        return await self.look(digest, code)

    # --- talking ---

    async def send(self, digest: str | None, code: str, prompt: str, *, address: str = "") -> StudySent:
        """Send a message to the model of this period; battles' limits count here too, by digest and `address`."""
        prompt = self._checked(prompt)
        await self._limiter.check(Act.PROMPT, digest, address)
        self._runner.check_room()
        turn_id, answer_id = new_id(), new_id()
        lease = self._runner.lease()

        def rule(period: Period, at: Moment) -> Period:
            return talk.begun_turn(period, prompt, turn_id, answer_id, lease, at)

        try:
            view = await self._talk(digest, code, rule)
        except UserError as error:
            if error.refusal is not Refusal.STILL_STREAMING:
                raise
            view = await self.look(digest, code)
            return StudySent(view=view, accepted=_was_sent(view, prompt))
        log.info("study_message", **({"prompt": prompt} if self.rules.log_prompts else {"prompt_chars": len(prompt)}))
        return StudySent(view=view, accepted=True)

    async def retry(self, digest: str | None, code: str) -> ParticipantView:
        """Ask the last message again, which has no answer."""
        await self._limiter.check(Act.PROMPT, digest)
        self._runner.check_room()
        answer_id, lease = new_id(), self._runner.lease()
        return await self._talk(digest, code, lambda period, at: talk.begun_retry(period, answer_id, lease, at))

    async def stop(self, digest: str | None, code: str) -> ParticipantView:
        """End the running answer and keep what was shown."""
        enrolled, browser = await self._found(digest, code)
        self._check_known(enrolled.participant, browser)
        period = current_period(enrolled.participant)
        turn = self._runner.turns.get(period.id) if period else None
        if turn is None:
            raise UserError(Refusal.NOTHING_TO_STOP)
        await self._runner.halt(turn, Halt.STOPPED)
        return await self.look(digest, code)

    # --- answering, going on, leaving ---

    async def answer(self, digest: str | None, code: str, given: Given) -> ParticipantView:
        """Answer the question that is asked now; what is answered is locked."""

        def rule(enrolled: Enrolled, at: Moment) -> Participant:
            return acts.answered_question(enrolled, given, self.rules.max_text_chars, at)

        return await self._act(digest, code, rule)

    async def go_on(self, digest: str | None, code: str) -> ParticipantView:
        """End the break, or a talk whose time is up although turns are missing."""
        return await self._act(digest, code, acts.gone_on)

    async def withdraw(self, digest: str | None, code: str, *, erase: bool = False) -> ParticipantView:
        """Leave the study; with `erase` texts and answers are erased as well."""
        enrolled, browser = await self._found(digest, code)
        self._check_known(enrolled.participant, browser)
        if enrolled.participant.consented_at is None:
            raise UserError(Refusal.STUDY_NOT_YET)
        await self._stop_talk(enrolled.participant)
        participant_id = enrolled.participant.id
        await self._store.change(
            participant_id, lambda found: acts.withdrawn(found, self._runner.moment(), erase=erase)
        )
        if erase:
            await self._store.forget()
        log.info("study_withdrawn", study=enrolled.study.id, participant=enrolled.participant.label, erased=erase)
        return await self.look(digest, code)

    # --- steps ---

    async def _act(self, digest: str | None, code: str, rule: Rule) -> ParticipantView:
        """Apply a rule to the participant as time has made it."""
        enrolled, browser = await self._found(digest, code)
        self._check_known(enrolled.participant, browser)
        decided: list[Enrolled] = []

        def decide(found: Enrolled) -> Participant:
            self._check_known(found.participant, browser)
            at = self._runner.moment()
            ruled = rule(replace(found, participant=settled(found, at)), at)
            new = settled(replace(found, participant=ruled), at)
            decided.append(replace(found, participant=new))
            return new

        await self._store.change(enrolled.participant.id, decide)
        return self._view(decided[-1], browser)

    async def _talk(self, digest: str | None, code: str, rule: Callable[[Period, Moment], Period]) -> ParticipantView:
        """Apply a rule to the period that the participant is in, and run the turn that it begins."""
        begun: list[tuple[Enrolled, Period, list[Contestant]]] = []

        def begin(enrolled: Enrolled, at: Moment) -> Participant:
            participant = acts.check_open(enrolled)
            period = current_period(participant)
            if period is None:
                over = participant.step in (Step.AFTER_1, Step.AFTER_2, Step.BREAK)
                raise UserError(Refusal.STUDY_PERIOD_OVER if over else Refusal.STUDY_NOT_YET)
            field = self._field(enrolled, period)
            running = rule(period, at)
            new = with_period(participant, running, at.now)
            begun.append((replace(enrolled, participant=new), running, field))
            return new

        view = await self._act(digest, code, begin)
        enrolled, period, field = begun[-1]
        self._runner.start(enrolled.participant, period, enrolled.study.protocol, field)
        return view

    def _field(self, enrolled: Enrolled, period: Period) -> list[Contestant]:
        """The contestants, the period's first; both as they were when the study was made."""
        found = [self._roster.named(name) for name in enrolled.study.protocol.contestants]
        field = [contestant for contestant in found if contestant is not None]
        if tuple(contestant.snapshot_hash for contestant in field) != enrolled.hashes:
            log.error("study_contestants_changed", study=enrolled.study.id)
            raise UserError(Refusal.STUDY_UNAVAILABLE)
        return sorted(field, key=lambda contestant: contestant.snapshot_hash != period.contestant_hash)

    async def _settle(self, enrolled: Enrolled) -> Enrolled:
        """The participant as time has made it, stored if that is a change."""
        if settled(enrolled, self._runner.moment()) == enrolled.participant:
            return enrolled
        new = await self._store.change(enrolled.participant.id, lambda found: settled(found, self._runner.moment()))
        return replace(enrolled, participant=new)

    async def _stop_talk(self, participant: Participant) -> None:
        period = current_period(participant)
        turn = self._runner.turns.get(period.id) if period else None
        if turn is not None:
            await self._runner.halt(turn, Halt.LEFT)

    async def _found(self, digest: str | None, code: str) -> tuple[Enrolled, str]:
        browser = self._browser(digest)
        enrolled = await self._store.enrolled(self._keys.study_code_digest(code))
        if enrolled is None:
            raise UserError(Refusal.STUDY_NO_LINK)
        return enrolled, browser

    def _browser(self, digest: str | None) -> str:
        if digest is None:
            raise UserError(Refusal.NO_RATER)
        return self._keys.study_browser(digest)

    @staticmethod
    def _knows(participant: Participant, browser: str) -> bool:
        """Before the consent the link is enough; afterwards the browser must be one of the participant's."""
        return participant.consented_at is None or browser in participant.browsers

    def _check_known(self, participant: Participant, browser: str) -> None:
        if not self._knows(participant, browser):
            raise UserError(Refusal.STUDY_RESUME_NEEDED)

    def _view(self, enrolled: Enrolled, browser: str) -> ParticipantView:
        known = self._knows(enrolled.participant, browser)
        code = self._keys.completion_code(enrolled.participant.id)
        return participant_view(enrolled, self._runner.moment(), self._display(enrolled), code, known=known)

    def _display(self, enrolled: Enrolled) -> Mapping[str, str]:
        found = (self._roster.named(name) for name in enrolled.study.protocol.contestants)
        return {contestant.name: contestant.display for contestant in found if contestant is not None}

    def _checked(self, prompt: str) -> str:
        clean = clean_prompt(prompt)
        if not clean:
            raise UserError(Refusal.PROMPT_EMPTY)
        limit = self.rules.max_prompt_chars
        if len(clean) > limit:
            raise UserError(Refusal.PROMPT_TOO_LONG, limit=limit, length=len(clean))
        return clean


def _seen(enrolled: Enrolled, at: Moment) -> Participant:
    participant = enrolled.participant
    period = current_period(participant)
    if period is None or period.state is PeriodState.OPEN:
        return participant
    return with_period(participant, clock.seen(period, at.now, at.away_s), at.now)


def _was_sent(view: ParticipantView, prompt: str) -> bool:
    """Whether a refused message was the second click on the same one."""
    turns = view.period.turns if view.period else ()
    return bool(turns) and turns[-1].prompt == prompt
