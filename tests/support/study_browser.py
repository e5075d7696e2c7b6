"""A participant in a real browser, and a study to take part in. Loopback only."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.support.app import ROOT, App

PROTOCOL = ROOT / "arena" / "study" / "protocols" / "naturalness.toml"
SECONDS = {
    "period_s = 600.0": "period_s = {period_s}",
    "warning_s = 60.0": "warning_s = 1.0",
    "break_s = 60.0": "break_s = 1.0",
    "minimum_turns = 5": "minimum_turns = 1",
    "chars_per_s = 25.0": "chars_per_s = 200.0",
    "first_text_s = 1.5": "first_text_s = 0.3",
}


@dataclass(frozen=True, slots=True)
class Made:
    """A study and its links by label."""

    study: str
    links: dict[str, str]


def command(app: App, *words: str) -> str:
    """What `python -m scripts.study` says on the arena's database."""
    environment = {**os.environ, "ARENA_DATA_DIR": str(app.data)}
    done = subprocess.run(
        [sys.executable, "-m", "scripts.study", *words], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def make_study(
    app: App, folder: Path, participants: int, period_s: float = 4.0, between: tuple[str, str] = ("", "")
) -> Made:
    """The default study, with seconds for minutes, between the arena's two contestants."""
    text = PROTOCOL.read_text(encoding="utf-8")
    for minutes, seconds in SECONDS.items():
        assert minutes in text
        text = text.replace(minutes, seconds.format(period_s=period_s))
    path = folder / "seconds.toml"
    path.write_text(text, encoding="utf-8")
    made = json.loads(
        command(
            app, "create", str(path), "--participants", str(participants), "--base-url", app.url, "--json",
            "--contestants", str(app.data / "contestants.toml"), "--between", *between,
        )
    )  # fmt: skip
    return Made(made["study"], made["links"])


def nothing(_page: Page, _where: str) -> None:
    """Looks at nothing."""


@dataclass
class Participant:
    """Somebody who goes through a study; `see` is called at every step with the page and the step's name."""

    page: Page
    see: Callable[[Page, str], Any] = nothing

    def enter(self, link: str) -> str:
        """From the link to the first question; the resume code."""
        page = self.page
        page.goto(link)
        page.wait_for_selector("[data-act=check_device]:enabled")
        self.see(page, "device")
        page.click("[data-act=check_device]")
        page.wait_for_selector("[data-act=consent]")
        self.see(page, "consent")
        page.click("[data-act=consent]")
        page.wait_for_selector(".big-code")
        self.see(page, "resume code")
        code = page.inner_text(".big-code")
        page.click("[data-act=look]")
        page.wait_for_selector(".question")
        return code.strip()

    def answer_all(self, until: str, values: dict[str, str] | None = None) -> list[str]:
        """Answer questions until something else is shown; which were asked."""
        page, asked = self.page, []
        while page.wait_for_selector(f".question, {until}").get_attribute("data-question"):
            question = str(page.get_attribute(".question", "data-question"))
            asked.append(question)
            value = (values or {}).get(question)
            page.locator(f'.question input[value="{value}"]' if value else ".question input").first.check()
            if page.query_selector(".phrase:not([hidden]) textarea"):
                page.fill(".phrase textarea", "as an AI")
            self.see(page, question)
            page.click("[data-act=answer]")
            page.wait_for_function(
                "q => document.querySelector('.question')?.dataset.question !== q", arg=question, timeout=30_000
            )
        return asked

    def say(self, words: str = "How are you?") -> None:
        """Send a message and wait until its turn has ended."""
        page = self.page
        page.fill("#prompt textarea", words)
        page.click("#send")
        page.wait_for_selector(".talk[data-state=streaming]")
        page.wait_for_selector(".talk:not([data-state=streaming]), #over:visible", timeout=30_000)

    def until_over(self) -> None:
        """Wait until the time is up, and go on."""
        self.page.wait_for_selector("#over:visible", timeout=60_000)
        self.see(self.page, "over")
        self.page.click("#over")

    def talk(self) -> None:
        """A whole period with one message."""
        self.page.wait_for_selector(".talk")
        self.see(self.page, "before talking")
        self.say()
        self.see(self.page, "talking")
        self.until_over()

    def rest(self) -> None:
        """The break."""
        self.see(self.page, "break")
        self.page.click("[data-act=go_on]:enabled")

    def all_of_it(self, link: str, values: dict[str, str] | None = None) -> str:
        """The whole study; the completion code."""
        self.enter(link)
        self.answer_all(".talk", values)
        self.talk()
        self.answer_all("[data-stage=break]", values)
        self.rest()
        self.talk()
        self.answer_all("[data-stage=done]", values)
        self.see(self.page, "done")
        return self.page.inner_text("#completion")
