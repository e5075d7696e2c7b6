"""What a participant can do besides talking: consent, answer, go on, withdraw. Pure; a refusal is a `UserError`."""

from __future__ import annotations

from dataclasses import dataclass, replace

from arena.chat.prompts import clean_prompt
from arena.errors import Refusal, UserError
from arena.study.dictionary import codes_of
from arena.study.steps import CHATS, asked_now, entered_next
from arena.study.talk import Moment, broken_off, current_period, ended, time_is_up
from arena.study_models import (
    ParticipantState,
    Protocol,
    Question,
    QuestionKind,
    Response,
    StudyState,
)
from arena.study_people import Participant, PeriodState, Step
from arena.study_ports import Enrolled

MAX_BROWSERS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An answer as it came from the browser; `phrase` has the words that gave it away."""

    question: str
    period: int
    value: str
    phrase: str = ""


def check_open(enrolled: Enrolled) -> Participant:
    """The participant, if anything can be changed at all."""
    if enrolled.study.state is not StudyState.OPEN:
        raise UserError(Refusal.STUDY_CLOSED)
    if enrolled.participant.state in (ParticipantState.WITHDRAWN, ParticipantState.REPLACED):
        raise UserError(Refusal.STUDY_GONE)
    return enrolled.participant


def device_checked(enrolled: Enrolled, at: Moment) -> Participant:
    """The device has been tried; a second time changes nothing."""
    participant = check_open(enrolled)
    if participant.step is not Step.DEVICE:
        return participant
    return entered_next(enrolled.study.protocol, participant, enrolled.hashes, at.now)


def consented(enrolled: Enrolled, language: str, browser: str, resume_digest: str, at: Moment) -> Participant:
    """The text was accepted in this language and browser by somebody who has a place by now; on to the next step."""
    participant = check_open(enrolled)
    if participant.browsers and browser not in participant.browsers:
        raise UserError(Refusal.STUDY_RESUME_NEEDED)
    if participant.step is not Step.CONSENT:
        raise UserError(Refusal.STUDY_NOT_YET)
    consent = enrolled.study.protocol.consent.get(language)
    if consent is None:
        raise UserError(Refusal.STUDY_BAD_ANSWER)
    agreed = replace(
        participant,
        state=ParticipantState.IN_PROGRESS,
        language=language,
        consent=consent,
        consented_at=at.now,
        resume_digest=resume_digest,
        browsers=(browser,),
    )
    return entered_next(enrolled.study.protocol, agreed, enrolled.hashes, at.now)


def resumed(participant: Participant, browser: str, at: Moment) -> Participant:
    """Another browser may act for this participant too."""
    others = tuple(each for each in participant.browsers if each != browser)
    return replace(participant, browsers=(*others[-(MAX_BROWSERS - 1) :], browser), updated_at=at.now)


def answered_question(enrolled: Enrolled, given: Given, max_chars: int, at: Moment) -> Participant:
    """An answer to the question that is asked now; the same answer again changes nothing, another one is refused."""
    participant, protocol = check_open(enrolled), enrolled.study.protocol
    question = next((q for q in protocol.questions if q.id == given.question), None)
    if question is None:
        raise UserError(Refusal.STUDY_BAD_ANSWER)
    response = checked_response(question, given, protocol, max_chars)
    stored = participant.response(given.question, given.period)
    if stored is not None:
        if stored != response:
            raise UserError(Refusal.STUDY_LOCKED)
        return participant
    asked = asked_now(protocol, participant)
    if asked is None or (asked.question.id, asked.period) != (given.question, given.period):
        raise UserError(Refusal.STUDY_NOT_YET)
    new = replace(participant, responses=(*participant.responses, response), updated_at=at.now)
    if asked_now(protocol, new) is not None:
        return new
    return entered_next(protocol, new, enrolled.hashes, at.now)


def checked_response(question: Question, given: Given, protocol: Protocol, max_chars: int) -> Response:
    """A response that the question allows; an optional one may be left empty."""
    value, phrase = clean_prompt(given.value), clean_prompt(given.phrase)
    codes = codes_of(question, protocol)
    for text in (value, phrase):
        if len(text) > max_chars:
            raise UserError(Refusal.STUDY_TEXT_TOO_LONG, limit=max_chars, length=len(text))
    skipped = not value and not question.required
    if not skipped and (not value or (codes is not None and value not in codes)):
        raise UserError(Refusal.STUDY_BAD_ANSWER)
    quotes = question.kind is QuestionKind.YES_NO_PHRASE and value == "yes"
    return Response(question=question.id, period=given.period, value=value, phrase=phrase if quotes else "")


def gone_on(enrolled: Enrolled, at: Moment) -> Participant:
    """The break is over, or the time of a period is up and the missing turns stay missing."""
    participant, protocol = check_open(enrolled), enrolled.study.protocol
    if participant.step is Step.BREAK and participant.break_until is not None:
        left_s = (participant.break_until - at.now).total_seconds()
        if left_s > 0:
            raise UserError(Refusal.STUDY_TIME_LEFT, seconds=max(1, round(left_s)))
        return entered_next(protocol, participant, enrolled.hashes, at.now)
    period = current_period(participant)
    if period is None or participant.step not in CHATS:
        raise UserError(Refusal.STUDY_NOT_YET)
    if period.state is PeriodState.STREAMING:
        raise UserError(Refusal.STILL_STREAMING)
    if not time_is_up(enrolled, period, at):
        raise UserError(Refusal.STUDY_NOT_YET)
    return ended(enrolled, participant, period, at)


def withdrawn(enrolled: Enrolled, at: Moment, *, erase: bool) -> Participant:
    """Out of the study; with `erase` nothing that was said or answered is kept. Possible until the publication."""
    participant = enrolled.participant
    if enrolled.study.state is StudyState.PUBLISHED:
        raise UserError(Refusal.STUDY_PUBLISHED)
    out = replace(
        participant,
        state=ParticipantState.WITHDRAWN,
        withdrawn_at=participant.withdrawn_at or at.now,
        updated_at=at.now,
        periods=tuple(broken_off(period, at) for period in participant.periods),
    )
    return _erased(out) if erase else out


def replaced(enrolled: Enrolled, at: Moment) -> Participant:
    """Somebody else gets the place. Who has withdrawn stays withdrawn; a whole sheet is never replaced."""
    participant = enrolled.participant
    if enrolled.study.state is not StudyState.OPEN:
        raise UserError(Refusal.STUDY_CLOSED)
    if participant.state in (ParticipantState.COMPLETED, ParticipantState.REPLACED):
        raise UserError(Refusal.STUDY_GONE)
    gone = participant.state is ParticipantState.WITHDRAWN
    return replace(
        participant,
        state=ParticipantState.WITHDRAWN if gone else ParticipantState.REPLACED,
        updated_at=at.now,
        periods=tuple(broken_off(period, at) for period in participant.periods),
    )


def _erased(participant: Participant) -> Participant:
    periods = tuple(
        replace(
            period,
            turns=tuple(
                replace(t, prompt="", answers=tuple(replace(a, text="", thinking="", leak="") for a in t.answers))
                for t in period.turns
            ),
        )
        for period in participant.periods
    )
    return replace(participant, erased=True, responses=(), periods=periods, browsers=())
