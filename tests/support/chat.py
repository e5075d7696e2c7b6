"""A chat client that plays scripts; for tests of what stands on the `ChatClient` port."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from arena.errors import ChatError
from arena.models import Contestant, ErrorKind
from arena.ports import Chunk


@dataclass
class Script:
    """One answer: pieces of text (or chunks, or an error to raise) with a pause before each."""

    steps: Sequence[str | Chunk | ChatError] = ("Hello ", "there.")
    pause_s: float = 0.0
    first_s: float = 0.0
    hang: bool = False


CUT = ChatError(ErrorKind.CUT, "gone")
LONG = Script(["word "] * 500, pause_s=0.02)


@dataclass
class ScriptedChat:
    """Plays a contestant's scripts in order, the last one for ever. `running` counts open streams."""

    scripts: dict[str, list[Script]] = field(default_factory=dict)
    asked: list[tuple[str, list]] = field(default_factory=list)
    down: dict[str, ChatError] = field(default_factory=dict)
    running: int = 0

    async def stream(self, contestant: Contestant, messages):
        self.asked.append((contestant.name, list(messages)))
        queue = self.scripts.setdefault(contestant.name, [Script()])
        script = queue.pop(0) if len(queue) > 1 else queue[0]
        self.running += 1
        try:
            await asyncio.sleep(script.first_s)
            for step in script.steps:
                if isinstance(step, ChatError):
                    raise step
                yield step if isinstance(step, Chunk) else Chunk(text=step)
                await asyncio.sleep(script.pause_s)
            if script.hang:
                await asyncio.sleep(3600)
            yield Chunk(finish_reason="stop", prompt_tokens=7, completion_tokens=len(script.steps))
        finally:
            self.running -= 1

    async def probe(self, contestant: Contestant) -> None:
        if contestant.name in self.down:
            raise self.down[contestant.name]

    async def warm_up(self) -> None:
        """Nothing to do."""

    async def aclose(self) -> None:
        """Nothing to close."""
