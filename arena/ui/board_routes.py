"""The leaderboard as files: CSV for spreadsheets, JSON with how it was made."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from arena.analysis.board import ALL
from arena.analysis.tables import to_document, to_frame
from arena.errors import StoreError
from arena.ui.board_keeper import BoardKeeper, Shown

NO_STORE = {"Cache-Control": "no-store"}


def board_routes(keeper: BoardKeeper) -> APIRouter:
    """The routes, to be included before the pages are mounted."""
    router = APIRouter()

    @router.get("/arena/leaderboard.csv")
    async def as_csv(slice: str = ALL, style: bool = False) -> Response:
        """The table of a slice."""
        return await _answer(keeper, slice, style=style, kind="csv")

    @router.get("/arena/leaderboard.json")
    async def as_json(slice: str = ALL, style: bool = False) -> Response:
        """The table of a slice with its method, ages, totals and rates."""
        return await _answer(keeper, slice, style=style, kind="json")

    return router


async def _answer(keeper: BoardKeeper, key: str, *, style: bool, kind: str) -> Response:
    try:
        shown = await keeper.show(key, style=style)
    except StoreError:
        return JSONResponse({"error": "The leaderboard cannot be read right now."}, 503, NO_STORE)
    if shown.board is None:
        return JSONResponse({"error": f"There is no leaderboard for slice {key!r} (yet)."}, 404, NO_STORE)
    text = to_frame(shown.board.ratings).to_csv(index=False) if kind == "csv" else json.dumps(document(shown))
    media = "text/csv; charset=utf-8" if kind == "csv" else "application/json"
    headers = NO_STORE | {"Content-Disposition": f'attachment; filename="leaderboard.{kind}"'}
    return Response(text, media_type=media, headers=headers)


def document(shown: Shown) -> dict[str, Any]:
    """What the JSON file has."""
    made = to_document(shown.board.ratings) if shown.board else {}
    return made | {
        "slice": shown.key,
        "style_control": shown.style,
        "computed_at": (shown.intervals_at if shown.stale and shown.intervals_at else shown.at).isoformat(),
        "intervals_computed_at": shown.intervals_at.isoformat() if shown.intervals_at else None,
        "counted": shown.now.counted,
        "not_counted": {key.value: n for key, n in shown.now.by_standing.items() if key.value != "counted"},
        "answers": {
            name: {"ended": r.ended, "failed": r.failed, "no_answer": r.no_answer} for name, r in shown.rates.items()
        },
    }
