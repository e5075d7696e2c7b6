"""Self-consistency: a contestant with `samples = n` is asked n times where a calculation is wanted; most votes win.

Wang et al., "Self-Consistency Improves Chain of Thought Reasoning in Language Models", arXiv:2203.11171. Answers are
compared by their results, and the first answer that has the winning one is shown, whole and at once, when no other
result can win any more; the requests that still run are ended then. Where nothing can be compared only one is asked.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Hashable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from arena.chat.calculations import asks_for_calculation
from arena.chat.final_answers import final_answer
from arena.chat.prompts import asked_text
from arena.chat.reasoning import ThinkingSplitter
from arena.errors import ChatError
from arena.models import Contestant, Message
from arena.ports import ChatClient, Chunk


@dataclass(slots=True)
class _Draft:
    """One of the answers, as far as it has come."""

    chunks: list[Chunk] = field(default_factory=list)
    result: Hashable | None = None
    error: ChatError | None = None
    ended: bool = False

    @property
    def usable(self) -> bool:
        """Whether it has come to its end."""
        return self.ended and self.error is None

    @property
    def prompt_tokens(self) -> int | None:
        """As the server counted; None before it has."""
        return next((c.prompt_tokens for c in reversed(self.chunks) if c.prompt_tokens is not None), None)

    @property
    def completion_tokens(self) -> int:
        """As the server counted; of an answer that was ended early, the chunks that came."""
        counted = (c.completion_tokens for c in reversed(self.chunks) if c.completion_tokens is not None)
        return next(counted, sum(bool(c.text or c.thinking) for c in self.chunks))


class SelfConsistentChat:
    """A `ChatClient` that asks several times on behalf of contestants with `samples`; others go straight through.

    The counts that it gives are of all requests: tokens are added up, `Chunk.requests` says how many there were.
    """

    def __init__(self, client: ChatClient) -> None:
        self._client = client

    def __repr__(self) -> str:
        return f"SelfConsistentChat({self._client!r})"

    def stream(self, contestant: Contestant, messages: Sequence[Message]) -> AsyncGenerator[Chunk, None]:
        """Stream one answer. Raises `ChatError` when every request fails; closing it ends them all."""
        if contestant.samples == 1 or not asks_for_calculation(asked_text(contestant, messages)):
            return self._client.stream(contestant, messages)
        return self._chosen_of_several(contestant, messages)

    async def _chosen_of_several(
        self, contestant: Contestant, messages: Sequence[Message]
    ) -> AsyncGenerator[Chunk, None]:
        drafts = [_Draft() for _ in range(contestant.samples)]
        tasks = [asyncio.create_task(self._write(draft, contestant, messages)) for draft in drafts]
        try:
            yield Chunk(requests=len(drafts))
            for ended in asyncio.as_completed(tasks):
                await ended
                # Told as it grows: whoever stops the answer has paid for what is here by then.
                yield _usage(drafts)
                if _decided(drafts):
                    break
        finally:
            await _end(tasks)
        for chunk in _chosen(drafts):
            yield chunk

    async def probe(self, contestant: Contestant) -> None:
        """Ask the endpoint for its models."""
        await self._client.probe(contestant)

    async def warm_up(self) -> None:
        """Do what the first request would otherwise wait for."""
        await self._client.warm_up()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def _write(self, draft: _Draft, contestant: Contestant, messages: Sequence[Message]) -> None:
        splitter, answer = ThinkingSplitter(thinks=contestant.thinks), ""
        try:
            async with aclosing(self._client.stream(contestant, messages)) as chunks:
                async for chunk in chunks:
                    draft.chunks.append(chunk)
                    answer += splitter.feed(chunk.text, chunk.thinking).answer
        except ChatError as error:
            draft.error = error
        draft.result = final_answer(answer + splitter.finish().answer) if draft.error is None else None
        draft.ended = True


def _decided(drafts: Sequence[_Draft]) -> bool:
    """Whether the result with most votes would keep them whatever the answers that still run say."""
    votes = sorted(_votes(drafts).values(), reverse=True)
    running = sum(not draft.ended for draft in drafts)
    if not votes:
        return not running
    return votes[0] > (votes[1] if len(votes) > 1 else 0) + running


def _votes(drafts: Sequence[_Draft]) -> Counter[Hashable]:
    return Counter(draft.result for draft in drafts if draft.usable and draft.result is not None)


def _chosen(drafts: Sequence[_Draft]) -> list[Chunk]:
    """The winning answer in one piece, with the usage of all. Raises `ChatError` when there is none."""
    usable = [draft for draft in drafts if draft.usable]
    if not usable:
        raise next(draft.error for draft in drafts if draft.error is not None)
    # Of results with equally many votes the one that was asked for first wins; so does any answer when none has one.
    votes = _votes(usable)
    best = max(usable, key=lambda draft: votes[draft.result] if draft.result is not None else 0)
    whole = Chunk(
        text="".join(chunk.text for chunk in best.chunks),
        thinking="".join(chunk.thinking for chunk in best.chunks),
        finish_reason=next((c.finish_reason for c in reversed(best.chunks) if c.finish_reason), ""),
        engine=next((c.engine for c in reversed(best.chunks) if c.engine), ""),
    )
    return [whole, _usage(drafts)]


def _usage(drafts: Sequence[_Draft]) -> Chunk:
    """What all requests have used so far; the prompt of one that was ended early is as long as the others'."""
    counted = [draft.prompt_tokens for draft in drafts]
    known = [tokens for tokens in counted if tokens is not None]
    engines = [chunk.engine for draft in drafts for chunk in draft.chunks if chunk.engine]
    return Chunk(
        prompt_tokens=max(known) * len(drafts) if known else None,
        completion_tokens=sum(draft.completion_tokens for draft in drafts),
        engine=engines[-1] if engines else "",
        requests=len(drafts),
    )


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
