"""Bad networks and careless proxies before an installation of several processes: nothing is lost, twice or too late."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

import pytest

from tests.faults.client import Caller
from tests.faults.proxy import Fault, before
from tests.faults.server import Server
from tests.scale.lateness import tokens_of
from tests.scale.site import Site, site
from tests.scale.talk import Talk, have_ended, until

pytestmark = pytest.mark.needs("postgresql", "redis", "nginx")

TOKENS = 30
MODEL = f"scripted:bare=1,tokens={TOKENS},every_ms=100"
QUIET_MODEL = f"scripted:bare=1,tokens={TOKENS},every_ms=20,pause_at={TOKENS // 2},pause_ms=21000"
"""Silent for longer than a proxy bears it, and heartbeats go on."""
IDLE_SECONDS = 20.0
JITTER_SECONDS = 0.2
MOST_BYTES = 2_500
"""A connection is reset before so many have passed: an answer has about twice as many."""
FEW, MANY = 2, 50
AT_ONCE = 10
SEVERAL = 3
"""In so many pieces an answer comes at least, if it comes while it is written; kept back, it is two of 4 kB."""
LONGEST_SECONDS = 900.0
BUFFERING = "proxy_buffering on;"
KEEPING_BACK = f"{BUFFERING} proxy_ignore_headers X-Accel-Buffering;"


class Network(NamedTuple):
    """What stands between a person and the servers."""

    name: str
    fault: Callable[[int], Fault] = lambda _: Fault()
    """What happens to the n-th connection to nginx."""
    nginx: Mapping[str, str] = {}
    """What an operator changed in its configuration."""
    gzip: bool = False
    quiet: bool = False
    """Whether the model says nothing for longer than the network bears it."""
    cuts: bool = False
    live: bool = False
    """Whether tokens have to come while the answer is being written: nothing delays them on purpose."""


def resets(number: int) -> Fault:
    return Fault(cut_after=random.randrange(MOST_BYTES), reset=True)


NETWORKS = (
    Network("tires of silence", lambda _: Fault(idle_seconds=IDLE_SECONDS), quiet=True, live=True),
    Network("one byte at a time", lambda _: Fault(slice_bytes=1)),
    Network("jitter", lambda _: Fault(delay=lambda: random.uniform(0, JITTER_SECONDS))),
    Network("resets", resets, cuts=True),
    Network(
        "packs everything",
        nginx={BUFFERING: f"{BUFFERING} gzip on; gzip_types *; gzip_proxied any; gzip_min_length 0;"},
        gzip=True,
        live=True,
    ),
    Network("keeps pages back", live=True),
    Network("keeps feeds back in HTTP/1.1", nginx={BUFFERING: KEEPING_BACK}, live=True),
    Network(
        "keeps feeds back too",
        nginx={BUFFERING: KEEPING_BACK, "proxy_http_version 1.1;": ""},
    ),
)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("site"), HEALTHCHAT_MODEL=MODEL, HEALTHCHAT_PERSON_RUNS="0") as made:
        yield made


@pytest.fixture(scope="module")
def quiet(running: Site) -> Iterator[Server]:
    """A server whose questions are answered with a long silence in the middle."""
    server = running.process(Server, "quiet", HEALTHCHAT_MODEL=QUIET_MODEL)
    server.start()
    yield server
    server.stop()


async def test_it_gets_through_every_bad_network_at_once(running: Site, quiet: Server) -> None:
    async with asyncio.timeout(LONGEST_SECONDS):
        await asyncio.gather(*(gets_through(running, quiet, network, questions=FEW) for network in NETWORKS))


@pytest.mark.faults_long
@pytest.mark.parametrize("network", NETWORKS, ids=[network.name for network in NETWORKS])
async def test_it_gets_through_a_bad_network(running: Site, quiet: Server, network: Network) -> None:
    async with asyncio.timeout(LONGEST_SECONDS):
        await gets_through(running, quiet, network, questions=MANY)


async def gets_through(running: Site, quiet: Server, network: Network, *, questions: int) -> None:
    with running.front(changes=network.nginx) as front:
        async with before(*front, network.fault) as way:
            talk = Talk(Caller(front), tokens=TOKENS)
            await talk.caller.ask("Who am I?")
            for begin in range(0, questions, AT_ONCE):
                numbers = range(begin, min(begin + AT_ONCE, questions))
                asked = [await talk.ask(f"Question {one}?", by=quiet if network.quiet else way) for one in numbers]
                for one in asked:
                    talk.watch(one, by=way, accepts="gzip" if network.gzip else "identity")
                await until(partial(have_ended, asked))
            await talk.check()
    readers = [asked.readers[0] for asked in talk.history.asked]

    least = min(len(set(seen.arrived)) for seen in readers)
    latest = max(token.seconds_late for seen in readers for token in tokens_of(seen))
    print(f"{network.name}: read in {least} pieces or more, a token at most {latest:.2f} s late")  # noqa: T201
    assert any(seen.cuts for seen in readers) == network.cuts
    assert {seen.packed for seen in readers} == {network.gzip}
    if network.live:
        assert least >= SEVERAL
