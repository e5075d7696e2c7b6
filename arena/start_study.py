"""A step of the composition root: the studies' services, on the arena's database, clients and contestants."""

from __future__ import annotations

from arena.abuse.limits import Limiter
from arena.chat.roster import Roster
from arena.keys import Keys
from arena.ports import ChatClient, Clock
from arena.settings import Settings
from arena.study.operator import StudyOffice
from arena.study.runner import PeriodRunner, StudyRules
from arena.study.service import StudyService
from arena.ui.study_site import Studies
from storage.store import SqlStore
from storage.study_store import SqlStudyStore


def studies(
    settings: Settings,
    store: SqlStore,
    client: ChatClient,
    roster: Roster,
    keys: Keys,
    clock: Clock,
    limiter: Limiter,
) -> Studies:
    """The participants' and the operator's side of the studies in the arena's database; `limiter` is the battles'."""
    kept, rules = SqlStudyStore(store), study_rules(settings)
    runner = PeriodRunner(store=kept, client=client, clock=clock, rules=rules)
    service = StudyService(store=kept, runner=runner, roster=roster, keys=keys, clock=clock, limiter=limiter)
    office = StudyOffice(store=kept, keys=keys, clock=clock, away_s=rules.away_s)
    return Studies(service=service, runner=runner, office=office)


def study_rules(settings: Settings) -> StudyRules:
    """What the settings decide about studies."""
    return StudyRules(
        max_prompt_chars=settings.max_prompt_chars,
        max_text_chars=settings.max_comment_chars,
        grace_s=settings.grace_s,
        lease_s=settings.lease_s,
        max_live=settings.max_live_battles,
        log_prompts=settings.log_prompts,
    )
