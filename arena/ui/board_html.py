"""The leaderboard as HTML: pure, from what is shown to what is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from urllib.parse import urlencode

from arena.analysis import plots
from arena.analysis.board import Board
from arena.analysis.matrices import matrices
from arena.analysis.rates import position_bias
from arena.analysis.report import finding
from arena.analysis.report_text import TEXTS as REPORT_TEXTS
from arena.analysis.report_text import Language
from arena.analysis.results import Rated, Ratings
from arena.analysis.standings import PairRow, Standings
from arena.models import Standing
from arena.ui.board_keeper import Shown
from arena.ui.board_text import TEXTS, BoardTexts
from arena.ui.chrome import root_of
from arena.ui.text import Texts

MOST_PAIRS = 15
"""More pairs than this are read from the heatmaps."""
DASH = "–"


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What people read for a contestant's name, and the notice that goes with it where a licence asks for one."""

    displays: Mapping[str, str]
    notices: Mapping[str, str]

    def display(self, name: str) -> str:
        """The display name, or the name of a contestant that has left."""
        return self.displays.get(name, name)


def board_html(shown: Shown, names: Names, text: Texts) -> str:
    """Everything under the page's controls."""
    said = TEXTS[text.lang]
    parts = [_problem(shown, text, said)]
    if shown.board is not None:
        named = _named(shown.board, names)
        parts = [
            f'<p class="finding">{escape(finding(named.ratings, Language(text.lang)))}</p>',
            *(f'<p class="fine">{escape(line)}</p>' for line in _basis(shown, shown.board, said)),
            _table(shown, shown.board.ratings, names, said),
            _notes(shown, said),
            _downloads(shown, text, said),
            _sequence(shown, names, said),
            *_figures(shown, named, text),
            _pairs(shown, names, text, said),
        ]
    return f'<section class="page results">{"".join(parts)}{_totals(shown.now, text)}</section>'


def age_text(since: datetime, now: datetime, said: BoardTexts) -> str:
    """How long ago something was, in one unit."""
    seconds = max(0, int((now - since).total_seconds()))
    if seconds < 60:
        return said.seconds.format(n=seconds - seconds % 10)
    if seconds < 5400:
        return said.minutes.format(n=seconds // 60)
    return said.hours.format(n=round(seconds / 3600))


def _problem(shown: Shown, text: Texts, said: BoardTexts) -> str:
    sentence = {"soon": said.soon, "too_few": said.too_few}.get(shown.problem, text.board_empty)
    return f'<p class="nothing">{escape(sentence)}</p>'


def _basis(shown: Shown, board: Board, said: BoardTexts) -> list[str]:
    """What the figures rest on and how old they are."""
    ratings = board.ratings
    lines = [said.fresh.format(votes=f"{ratings.n_votes:,.0f}", time=f"{shown.at:%Y-%m-%d %H:%M}")]
    if shown.intervals_at is None:
        lines.append(said.model_based)
    elif shown.stale:
        age = age_text(shown.intervals_at, shown.at, said)
        lines = [said.slice_note.format(age=age)]
        lines += [said.style_note.format(votes=f"{shown.style_votes:,}")] if shown.style else []
    else:
        age = age_text(shown.intervals_at, shown.at, said)
        lines.append(said.clustered.format(raters=f"{ratings.n_raters or 0:,}", age=age))
    lines += [said.groups.format(n=ratings.components)] if ratings.components > 1 else []
    lines += [said.separated] if ratings.separated else []
    return [*lines, *([said.sole] if shown.intervals_at and _lacks_intervals(ratings) else [])]


def _lacks_intervals(ratings: Ratings) -> bool:
    return any(row.lower is None for row in ratings.contestants)


def _table(shown: Shown, ratings: Ratings, names: Names, said: BoardTexts) -> str:
    heads = [*said.heads, *(said.fails_head if shown.rates else ())]
    cells = "".join(
        f'<th scope="col" class="{"name" if place == 1 else "n"}">{escape(head)}</th>'
        for place, head in enumerate(heads)
    )
    rows = "".join(_row(row, shown, names) for row in ratings.contestants)
    return (
        f'<div class="table-wrap" tabindex="0" role="region" aria-label="{escape(said.table)}"><table class="ranking">'
        f"<thead><tr>{cells}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(row: Rated, shown: Shown, names: Names) -> str:
    numbers = [_whole(row.rating), _range(row.lower, row.upper), f"{row.battles:,.0f}", win_rate(row)]
    if shown.rates:
        rates = shown.rates.get(row.name)
        ended = rates.ended if rates else 0
        numbers += [_share(rates.failed, ended), _share(rates.no_answer, ended)] if rates else [DASH, DASH]
    cells = "".join(f'<td class="n">{number}</td>' for number in numbers)
    notice = names.notices.get(row.name, "")
    small = f"<small>{escape(notice)}</small>" if notice else ""
    who = f'<th scope="row">{escape(names.display(row.name))}{small}</th>'
    return f'<tr><td class="n rank">{possible_ranks(row)}</td>{who}{cells}</tr>'


def possible_ranks(row: Rated) -> str:
    """The places that the votes leave possible."""
    if row.rank is None:
        return DASH
    if row.rank_lower is None or row.rank_lower == row.rank_upper:
        return str(row.rank)
    return f"{row.rank_lower}{DASH}{row.rank_upper}"


def win_rate(row: Rated) -> str:
    """Share of the battles won, a tie counting half."""
    return _share(row.wins + row.ties / 2, row.battles)


def _share(part: float, whole: float) -> str:
    return f"{part / whole:.1%}" if whole else DASH


def _whole(value: float | None) -> str:
    return DASH if value is None else f"{value:.0f}"


def _range(low: float | None, high: float | None) -> str:
    return DASH if low is None or high is None else f"{low:.0f} {DASH} {high:.0f}"


def _notes(shown: Shown, said: BoardTexts) -> str:
    lines = [said.column_notes, *([said.failures] if shown.rates else [])]
    return "".join(f'<p class="fine">{escape(line)}</p>' for line in lines)


def _downloads(shown: Shown, text: Texts, said: BoardTexts) -> str:
    query = urlencode({"slice": shown.key, **({"style": "1"} if shown.style else {})})
    links = " · ".join(
        f'<a href="{root_of(text)}arena/leaderboard.{kind}?{escape(query)}" download>{name}</a>'
        for kind, name in zip(("csv", "json"), said.downloads, strict=True)
    )
    return f'<p class="fine">{escape(said.download)} {links} · {escape(said.changed)}</p>'


def _sequence(shown: Shown, names: Names, said: BoardTexts) -> str:
    """In an arena of two: whether one is preferred, in a way that may be looked at all the time."""
    if shown.board is None or len(shown.board.counts.names) != 2 or shown.extra is None or shown.style:
        return ""
    first, second = map(names.display, shown.board.counts.names)
    found = shown.extra.sequence
    lines = [said.sequence_none]
    if found is not None:
        low, high = found.lower[-1], found.upper[-1]
        known = {"first": first, "second": second, "raters": len(found.lower), "mean": f"{shown.extra.mean:.1%}"}
        lines = [said.sequence.format(low=f"{low:.1%}", high=f"{high:.1%}", **known)]
        winner = first if low > 0.5 else second
        settled = low > 0.5 or high < 0.5
        lines.append(said.sequence_decided.format(n=found.decided, winner=winner) if settled else said.sequence_open)
    body = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return f"<h2>{escape(said.sequence_title)}</h2>{body}"


def _figures(shown: Shown, board: Board, text: Texts) -> list[str]:
    words = REPORT_TEXTS[Language(text.lang)]
    grid = matrices(board.counts, tuple(row.name for row in board.ratings.contestants))
    forest, bias = plots.forest_of(board.ratings), plots.bias_of([(words["left"], position_bias(board.counts))])
    wins, battles = plots.win_heat_of(grid), plots.battle_heat_of(grid)
    drawn = [
        ("forest", [plots.draw_forest(forest, words["forest"], narrow=narrow) for narrow in (False, True)]),
        ("wins", [plots.draw_heat(wins, words["wins"], narrow=narrow) for narrow in (False, True)]),
        ("battles", [plots.draw_heat(battles, words["battles"], narrow=narrow) for narrow in (False, True)]),
        ("bias", [plots.draw_forest(bias, words["bias"], narrow=narrow) for narrow in (False, True)]),
    ]
    if shown.extra is not None and shown.extra.days.labels:
        days = shown.extra.days
        drawn.append(("time", [plots.draw_bars(days, words["time"], narrow=narrow) for narrow in (False, True)]))
    return [_figure(words[name], svgs, words[f"{name}_caption"]) for name, svgs in drawn]


def _figure(title: str, svgs: Sequence[str], caption: str) -> str:
    """A figure, drawn for wide screens and for phones."""
    said = escape(title)
    body = f'<div class="broad">{svgs[0]}</div><div class="slim">{svgs[1]}</div>'
    return (
        f'<figure><h2>{said}</h2><div class="wide" tabindex="0" role="region" aria-label="{said}">{body}</div>'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )


def _named(board: Board, names: Names) -> Board:
    """The board with the names that people read."""
    ratings, counts = board.ratings, board.counts
    rows = tuple(replace(row, name=names.display(row.name)) for row in ratings.contestants)
    lead = ratings.lead and replace(
        ratings.lead, first=names.display(ratings.lead.first), second=names.display(ratings.lead.second)
    )
    named = replace(counts, names=tuple(map(names.display, counts.names)))
    return Board(replace(ratings, contestants=rows, lead=lead), named)


def _pairs(shown: Shown, names: Names, text: Texts, said: BoardTexts) -> str:
    rows = shown.now.rows
    if not rows or len(rows) > MOST_PAIRS or shown.style or shown.stale:
        return ""
    heads = (text.board_wins, text.board_losses, text.board_ties, text.board_bad, text.board_votes, text.board_rate)
    head = f'<th scope="col">{escape(text.board_pair)}</th>' + "".join(
        f'<th scope="col" class="n">{escape(name)}</th>' for name in heads
    )
    return (
        f'<h2>{escape(said.pairs)}</h2><div class="table-wrap" tabindex="0" role="region" '
        f'aria-label="{escape(said.pairs)}"><table class="pairs"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(_pair_row(row, names) for row in rows)}</tbody></table></div>"
        f'<p class="fine">{escape(text.board_rate_note)}</p>'
    )


def _pair_row(row: PairRow, names: Names) -> str:
    who = f"{escape(names.display(row.first))} : {escape(names.display(row.second))}"
    numbers: Sequence[int] = (row.wins, row.losses, row.ties, row.both_bad, row.votes)
    cells = "".join(f'<td class="n">{n:,}</td>' for n in numbers)
    rate = DASH
    if (won := row.win_rate) is not None:
        rate = f"<strong>{won.estimate:.1%}</strong> <span>({won.lower:.1%} – {won.upper:.1%})</span>"
    return f'<tr><th scope="row">{who}</th>{cells}<td class="n">{rate}</td></tr>'


def _totals(now: Standings, text: Texts) -> str:
    reasons = "".join(
        f"<li>{escape(text.standing[standing])}: {n:,}</li>"
        for standing, n in now.by_standing.items()
        if standing is not Standing.COUNTED
    )
    return (
        f'<dl class="totals"><div><dt>{escape(text.board_counted)}</dt><dd>{now.counted:,}</dd></div>'
        f"<div><dt>{escape(text.board_not_counted)}</dt><dd>{now.not_counted:,}"
        f"{f'<ul>{reasons}</ul>' if reasons else ''}</dd></div></dl>"
    )
