"""What a study has of a participant, as JSON for that participant. No contestant and no sequence."""

from __future__ import annotations

from typing import Any

from arena.models import Side
from arena.study_models import Response
from arena.study_people import Period
from arena.study_ports import Enrolled

Json = dict[str, Any]


def own_data(enrolled: Enrolled) -> Json:
    """A participant's consent, talks and answers, as far as they are stored."""
    participant = enrolled.participant
    return {
        "study": enrolled.study.id,
        "label": participant.label,
        "state": participant.state.value,
        "language": participant.language,
        "consent": participant.consent,
        "consented_at": participant.consented_at.isoformat() if participant.consented_at else None,
        "talks": [_talk(period) for period in participant.periods],
        "answers": [_answer(enrolled, response) for response in participant.responses],
    }


def _talk(period: Period) -> Json:
    turns = [
        {"message": turn.prompt, "answer": answer.text if (answer := turn.latest(Side.A)) else ""}
        for turn in period.turns
    ]
    return {"model": period.number, "turns": turns}


def _answer(enrolled: Enrolled, response: Response) -> Json:
    asked = next(q for q in enrolled.study.protocol.questions if q.id == response.question)
    text = asked.text.get(enrolled.participant.language) or next(iter(asked.text.values()), "")
    told: Json = {"question": text, "value": response.value}
    return told | ({"model": response.period} if response.period else {}) | _phrase(response)


def _phrase(response: Response) -> Json:
    return {"phrase": response.phrase} if response.phrase else {}
