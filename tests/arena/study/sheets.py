"""Small studies made by hand, for the tests of figures and report."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from arena.study_models import (
    Moment,
    Option,
    ParticipantState,
    PeriodFigures,
    Protocol,
    Question,
    QuestionKind,
    Response,
    Role,
    Sequence,
    Sheet,
    Study,
    StudyRecord,
    StudySource,
    StudyState,
)

X, Y = "llama", "deepseek"


def question(id_: str, kind: QuestionKind, moment: Moment, role: Role = Role.BACKGROUND) -> Question:
    return Question(id=id_, kind=kind, moment=moment, role=role, text={"en": f"{id_}?", "zh": f"{id_}？"})


# Ids that no code can know: the analysis goes by role and kind.
PROTOCOL = Protocol(
    title={"en": "A small study", "zh": "一个小研究"},
    contestants=(X, Y),
    minimum_turns=3,
    questions=(
        replace(
            question("years", QuestionKind.CHOICE, Moment.BEFORE),
            options=(Option(id="young", text={"en": "Young"}), Option(id="old", text={"en": "Old"})),
        ),
        question("used_to_it", QuestionKind.SCALE, Moment.BEFORE),
        question("got_me", QuestionKind.YES_NO, Moment.AFTER_PERIOD, Role.SECONDARY),
        question("robotic", QuestionKind.YES_NO_PHRASE, Moment.AFTER_PERIOD, Role.SECONDARY),
        question("rather", QuestionKind.PERIOD, Moment.END, Role.PRIMARY),
        question("who_first", QuestionKind.CONTESTANT, Moment.END, Role.BLINDING),
        question("remarks", QuestionKind.TEXT, Moment.END),
    ),
)


def sheet(
    number: int,
    sequence: Sequence,
    prefers: str | None = Y,
    *,
    got: tuple[str, ...] = (Y,),
    robotic: tuple[str, ...] = (X,),
    guess: str | None = "dont_know",
    turns: int = 5,
    leaked: bool = False,
) -> Sheet:
    """A whole sheet, said in contestants rather than in periods."""
    met = {sequence.contestant(period): period for period in (1, 2)}
    names = {PROTOCOL.contestants[index]: period for index, period in met.items()}
    responses = [
        Response(question="years", period=0, value="young"),
        Response(question="used_to_it", period=0, value="4"),
    ]
    for period in (1, 2):
        who = PROTOCOL.contestants[sequence.contestant(period)]
        responses.append(Response(question="got_me", period=period, value="yes" if who in got else "no"))
        said = Response(question="robotic", period=period, value="no")
        if who in robotic:
            said = replace(said, value="yes", phrase=f"as an AI, said {who}, <b>I</b>")
        responses.append(said)
    if prefers is not None:
        responses.append(Response(question="rather", period=0, value=str(names[prefers])))
    if guess is not None:
        responses.append(Response(question="who_first", period=0, value=guess))
    places = [q.id for q in PROTOCOL.questions]
    responses.sort(key=lambda response: (places.index(response.question), response.period))
    return Sheet(
        participant=f"P{number:02d}",
        state=ParticipantState.COMPLETED,
        sequence=sequence,
        language="zh" if number % 2 else "en",
        periods=tuple(
            PeriodFigures(
                period=period,
                contestant=PROTOCOL.contestants[sequence.contestant(period)],
                turns=turns,
                prompt_chars=100 + number,
                answer_chars=1000 * period,
                active_s=600.5 if period == 1 else None,
                leaked=leaked and period == 1,
            )
            for period in (1, 2)
        ),
        responses=tuple(responses),
    )


def record(
    *sheets: Sheet,
    source: StudySource = StudySource.PARTICIPANTS,
    protocol: Protocol = PROTOCOL,
    closed_early: bool = False,
) -> StudyRecord:
    study = Study(
        id="s1",
        protocol=protocol,
        protocol_hash="ab" * 32,
        source=source,
        state=StudyState.CLOSED,
        created_at=datetime(2026, 11, 1, 8, 30, tzinfo=UTC),
        closed_at=datetime(2026, 11, 9, 17, tzinfo=UTC),
        closed_early=closed_early,
    )
    return StudyRecord(study=study, sheets=tuple(sheets))


def twelve() -> tuple[Sheet, ...]:
    """Ten of twelve prefer Y; nine felt understood by Y and five by X, three by both; balanced order."""
    got = [(X, Y)] * 3 + [(Y,)] * 6 + [(X,)] * 2 + [()]
    robotic = [(X,)] * 6 + [(X, Y)] + [(Y,)] + [()] * 4
    return tuple(
        sheet(
            place + 1,
            Sequence.AB if place % 2 == 0 else Sequence.BA,
            Y if place < 10 else X,
            got=got[place],
            robotic=robotic[place],
            guess=(X, Y, "dont_know")[place % 3],
        )
        for place in range(12)
    )
