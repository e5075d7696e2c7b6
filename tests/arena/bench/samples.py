"""Samples with times of the test's own."""

from arena.bench.load import Load
from arena.bench.sample import Arrival, sample_of
from arena.contestant_parts import Sampling
from arena.models import Contestant
from arena.ports import Chunk

CONTESTANT = Contestant(name="x", display="X", base_url="http://localhost/v1", model="m", sampling=Sampling())
THINKER = Contestant(name="t", display="T", base_url="http://localhost/v1", model="m", thinks=True)


def sample(*arrivals, sent=0.0, failure=None, contestant=CONTESTANT, prompt="Hi"):
    """A sample of chunks (or texts) with their times."""
    made = [Arrival(at, chunk if isinstance(chunk, Chunk) else Chunk(text=chunk)) for at, chunk in arrivals]
    return sample_of(contestant, prompt, sent, made, failure)


def usage(prompt, completion, finish="stop", requests=1):
    return Chunk(finish_reason=finish, prompt_tokens=prompt, completion_tokens=completion, requests=requests)


def load(*samples, duration_s=10.0, concurrency=1, contestant=CONTESTANT):
    return Load(contestant=contestant, concurrency=concurrency, samples=samples, duration_s=duration_s)
