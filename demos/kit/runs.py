"""Live runs: where a reader changes settings while something trains.

The one exception to “an answer is a function of its controls”. A tab declares what runs:

    TABS = (live_tab("", CONTROLS, SHOWS, Flock),)

    class Flock:
        moves = ("steps",)                    # controls, all hidden, that it moves by itself
        def __init__(self, state): ...        # at the beginning, with these settings
        def restore(self, state): ...         # generator: to where the state says, yielding now and then
        def update(self, state): ...          # other settings, from now on
        def advance(self, once): ...          # one frame further (once: the least step); seconds to show it
        moved                                 # the values of `moves` now
        def shown(self, words): ...           # as an answer

What a state gives from the beginning is determined: that is the tab's answer, which opens the page, shows
the presets and draws the still. From the first event on, a page has a run of its own: a changed control
updates it, and a button that changes one of `moves` (“Start over”, “Reset”) begins it anew. A copied link
says how it stands, not how it got there: it opens what these settings give from the beginning.

A page has at most one run; a server keeps few, and lets fewer play at once. One that nobody touches pauses
after `LONGEST` seconds, and ends with its page.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator, Callable, Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from demos.kit.app import Tab
from demos.kit.controls import Action, Control, State
from demos.kit.functions import Refused, Runner
from demos.kit.labels import Labels
from demos.kit.shows import Payload, Show

KEPT = 64  # runs of pages that are open somewhere; a small GAN takes about 100 kB
PLAYING = 8  # of these at the same time
LONGEST = 180  # seconds that a run plays after its reader last touched anything


class Run(Protocol):
    """What a live tab runs: see above. No two threads use one at the same time."""

    moves: tuple[str, ...]

    def __init__(self, state: State) -> None: ...
    def restore(self, state: State) -> Iterator[None]: ...
    def update(self, state: State) -> None: ...
    def advance(self, once: bool) -> float: ...
    @property
    def moved(self) -> Mapping[str, Any]: ...
    def shown(self, words: Labels) -> Mapping[str, Any]: ...


def live_tab(
    name: str,
    controls: tuple[Control | Action, ...],
    shows: tuple[Show, ...],
    run: type[Run],
    more: tuple[tuple[Control, ...], ...] = (),
    above: int = 1,
) -> Tab:
    """A tab whose answer is where a run stands that began with its state."""

    def answer(_: Runner, words: Labels, **state: Any) -> Mapping[str, Any]:
        begun = run(state)
        deque(begun.restore(state), maxlen=0)
        return begun.shown(words)

    return Tab(name, controls, shows, answer, more, above, run)


class Frame(NamedTuple):
    """What a run puts on its page."""

    state: State  # its settings and where it stands
    payloads: Mapping[str, Payload]
    seconds: float = 0.0  # to stay there


Frames = Generator[Frame | None, None, None]  # None: nothing to see yet, but others may have their turn
MakeFrames = Callable[
    [str, str, Frames], AsyncGenerator[Frame | None, None]
]  # for a demo and a reader, in turns with others


@dataclass(eq=False)
class Kept:
    """A page's run. `state`: the settings that its reader wants; `playing`: the event that lets it go on.

    The event loop writes these; a thread makes the frames.
    """

    tab: Tab
    labels: Labels
    state: State
    run: Run | None = None
    wanted: State | None = None  # to be begun from here
    playing: int = 0  # or none, if it rests
    turn: int = 0  # the newest event that the page has seen
    touched: float = field(default_factory=time.monotonic)
    restoring: Iterator[None] | None = None

    def __post_init__(self) -> None:
        self.wanted = self.state

    @property
    def moves(self) -> tuple[str, ...]:
        """The controls that it moves by itself."""
        return self.tab.live.moves if self.tab.live else ()

    def change(self, state: State, *, anew: bool) -> None:
        """Let a state hold from the next frame on; `anew`: begin from it."""
        self.touched = time.monotonic()
        self.state = state
        if anew:
            self.wanted = state

    def look(self) -> Frames:
        """Where it stands."""
        yield from self.catch_up()
        yield self.frame(0)

    def step(self) -> Frames:
        """One least step."""
        run = yield from self.catch_up()
        run.advance(once=True)
        yield self.frame(0)

    def play(self, event: int) -> Frames:
        """Frame after frame, as long as this event lets it play and somebody is there."""
        while self.playing == event and time.monotonic() - self.touched < LONGEST:
            run = yield from self.catch_up()
            yield self.frame(run.advance(once=False))

    def catch_up(self) -> Generator[None, None, Run]:
        """Begin if need be, and take over what the reader has set meanwhile."""
        while True:
            if wanted := self.wanted:
                self.wanted = None
                assert self.tab.live is not None
                self.run = self.tab.live(wanted)
                self.restoring = self.run.restore(wanted)
            if self.restoring is None or next(self.restoring, self) is self:
                break
            yield None
        self.restoring = None
        assert self.run is not None
        self.run.update(self.state)
        return self.run

    def frame(self, seconds: float) -> Frame:
        assert self.run is not None
        state = {**self.state, **self.run.moved}
        return Frame(state, self.tab.shown(self.run.shown(self.labels), self.labels), seconds)


class Runs:
    """The runs of all pages of a server. `frames` makes their frames; `client_of` says from where a reader
    asks."""

    def __init__(
        self,
        frames: MakeFrames,
        client_of: Callable[[str], str] = str,
        kept: int = KEPT,
        playing: int = PLAYING,
    ) -> None:
        self.frames = frames
        self.client_of = client_of
        self.most_kept = kept
        self.most_playing = playing
        self.kept: OrderedDict[str, Kept] = OrderedDict()  # by reader; the one used longest ago first

    def __len__(self) -> int:
        return len(self.kept)

    def of(self, reader: str, tab: Tab) -> Kept | None:
        """The run of a reader's page, if it has one and it is this tab's."""
        kept = self.kept.get(reader)
        if kept is None or kept.tab is not tab:
            return None
        self.kept.move_to_end(reader)
        return kept

    def begin(self, reader: str, tab: Tab, labels: Labels, state: State) -> Kept:
        """A run for a page, from a state. Raises Refused if all that are kept play."""
        self.leave(reader)
        while len(self.kept) >= self.most_kept:
            idle = next((name for name, kept in self.kept.items() if not kept.playing), None)
            if idle is None:
                raise Refused("busy")
            self.leave(idle)
        self.kept[reader] = Kept(tab, labels, state)
        return self.kept[reader]

    def let_play(self, reader: str, event: int) -> None:
        """Let the run of a page go on. Raises Refused if enough play, or half as many from one address."""
        playing = [self.client_of(name) for name, kept in self.kept.items() if kept.playing]
        if (
            len(playing) >= self.most_playing
            or playing.count(self.client_of(reader)) >= self.most_playing // 2
        ):
            raise Refused("busy")
        self.kept[reader].playing = event

    def leave(self, reader: str) -> None:
        """A page is closed, and its run with it."""
        if kept := self.kept.pop(reader, None):
            kept.playing = 0


def direct_frames() -> MakeFrames:
    """Frames made here and now, each in a thread."""

    one_at_a_time = threading.Lock()

    def next_of(made: Frames) -> tuple[Frame | None, bool]:
        with one_at_a_time:
            try:
                return next(made), True
            except StopIteration:
                return None, False

    async def frames(demo: str, reader: str, made: Frames) -> AsyncGenerator[Frame | None, None]:
        with closing(made):
            while True:
                frame, there = await asyncio.to_thread(next_of, made)
                if not there:
                    return
                yield frame

    return frames
