"""A reader of a live demo, without a browser: speaks to the server as Gradio's own page does.

Page first, with the description of the demo in it; then, for each press, the event is posted to the queue,
its messages are read from the event stream, and the files of the answer are fetched.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal
from urllib.parse import urljoin
from uuid import uuid4

import aiohttp
import yaml

from tests.serving import ROOT

PATIENCE = 120  # seconds: who has waited so long counts as a failure
LONGEST_LINE = 2**22  # bytes of an event stream, which may hold a chart
PER_HOST = 6  # connections, as a browser opens them
CONFIG = "window.gradio_config = "
MOVES = ("change", "input", "release", "submit")

Config = dict[str, Any]


@dataclass(frozen=True)
class Event:
    """Something that a reader can do with a demo: press a button, or set a control to another value."""

    id: int
    control: int  # id of the component
    inputs: list[int]  # ids of the components whose values are sent
    outputs: list[int]
    button: str = ""  # what is written on it
    primary: bool = False


@dataclass(frozen=True)
class Press:
    """What became of one press: `seconds` from the click until every picture of the answer had arrived.

    Of an answer that streams, until those of its first part had; `parts` came in `streamed` more seconds.
    """

    outcome: Literal["answered", "refused", "failed"]
    seconds: float
    why: str = ""
    parts: int = 0
    streamed: float = 0.0


def events(config: Config) -> list[Event]:
    """Everything that a reader can do, in the order of the page's description."""
    parts = {part["id"]: part for part in config["components"]}
    found = {}
    for event in config["dependencies"]:
        if not event.get("backend_fn", True):
            continue
        for target, kind in event["targets"]:
            part = parts.get(target)
            if part is None or (target, event["id"]) in found:
                continue
            if kind == "click" and part["type"] == "button":
                props = part["props"]
                label, primary = str(props["value"]), props.get("variant") == "primary"
            elif kind in MOVES and another_value(part, random) is not None:
                label, primary = "", False
            else:
                continue
            found[target, event["id"]] = Event(
                event["id"], target, event["inputs"], event["outputs"], label, primary
            )
    return list(found.values())


def main_button(config: Config) -> Event | None:
    """The first button marked primary; None where a demo has none, because its controls are all there is."""
    return next((event for event in events(config) if event.primary), None)


def first_use(config: Config) -> Event:
    """The main button, or the first thing to use where there is none. Raises ValueError."""
    found = main_button(config) or next(iter(events(config)), None)
    if found is None:
        raise ValueError("the demo has nothing to use")
    return found


def part_of(config: Config, event: Event) -> dict[str, Any]:
    """The component that an event is of."""
    return next(part for part in config["components"] if part["id"] == event.control)


def another_value(part: dict[str, Any], dice: Any) -> Any:
    """A value that a reader may set a control to; None for what is no such control."""
    props = part["props"]
    if not props.get("interactive", True) or props.get("visible", True) is not True:
        return None
    match part["type"]:
        case "slider":
            low, high, step = props["minimum"], props["maximum"], props.get("step") or 0.01
            return round(low + step * dice.randint(0, round((high - low) / step)), 6)
        case "number":
            low, high = props.get("minimum"), props.get("maximum")
            return dice.randint(int(low or 0), int(999 if high is None else high))
        case "radio" | "dropdown" if props.get("choices") and not props.get("multiselect"):
            return dice.choice(props["choices"])[1]
        case "checkboxgroup" if props.get("choices"):
            return [value for _, value in props["choices"] if dice.random() < 0.5]
        case "checkbox":
            return dice.random() < 0.5
    return None


@cache
def polite() -> frozenset[str]:
    """What a server says, in any language, that has too much to do."""
    words = yaml.safe_load((ROOT / "demos" / "kit" / "words.yml").read_text("utf-8"))
    return frozenset(text for key in ("busy", "too_fast") for text in words[key].values())


def files(answer: Any) -> Iterator[str]:
    """Addresses of the files in an answer."""
    if isinstance(answer, dict):
        url = answer.get("url")
        if isinstance(url, str) and "path" in answer:
            if not url.startswith("data:"):  # what is in the answer itself is there with it
                yield url
        else:
            for part in answer.values():
                yield from files(part)
    elif isinstance(answer, list):
        for part in answer:
            yield from files(part)


class Reader:
    """One reader with an address of their own, on the page of one demo at a time."""

    def __init__(self, session: aiohttp.ClientSession, dice: random.Random) -> None:
        self.session = session
        self.dice = dice
        self.url = ""  # of the demo's page
        self.config: Config = {}
        self.values: dict[int, Any] = {}
        self.hash = ""
        self.seen: set[str] = set()  # what a browser's cache has
        self.shown: list[float] = []  # when the parts of the answer to the last press were there
        self.left = False  # the page, in the middle of a stream

    async def open(self, url: str) -> float:
        """Open a demo's page, with its first pictures; seconds until they have arrived.

        Raises ValueError where there is no page of Gradio's.
        """
        started = time.perf_counter()
        async with self.session.get(url) as response:
            page = await response.text()
        if response.status != 200 or CONFIG not in page:
            raise ValueError(f"{url} answered {response.status} without a demo")
        self.url, self.hash, self.left = url, uuid4().hex[:11], False
        self.config, _ = json.JSONDecoder().raw_decode(page, page.index(CONFIG) + len(CONFIG))
        self.values = {part["id"]: part["props"].get("value") for part in self.config["components"]}
        await self.fetch(set(files(list(self.values.values()))))
        return time.perf_counter() - started

    async def open_when_ready(self, url: str) -> None:
        """Open a demo's page as soon as the server has it. Raises TimeoutError."""
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    await self.open(url)
                    return
                except ValueError:  # the page says that the demo is being opened
                    await asyncio.sleep(0.05)

    def choose(self) -> Event:
        """The main button half the time, else anything else that there is to do, with a value set for it."""
        choices = events(self.config)
        main = [event for event in choices if event.primary][:1]
        event = self.dice.choice(main if main and self.dice.random() < 0.5 else choices)
        return event if event.button else self.move(event)

    def move(self, event: Event) -> Event:
        """Set the control of an event to another value."""
        self.values[event.control] = another_value(part_of(self.config, event), self.dice)
        return event

    async def press(self, event: Event, watched: float = PATIENCE) -> Press:
        """Send an event, and wait until its answer is there; of one that streams, watch so many seconds.

        Breaking off a stream is leaving the page: open it again to go on.
        """
        started = time.perf_counter()
        self.shown = []
        try:
            async with asyncio.timeout(PATIENCE):
                outcome, why = await self.ask(event, watched)
        except TimeoutError:
            outcome, why = "failed", f"no answer within {PATIENCE} s"
        except (aiohttp.ClientError, OSError, ValueError) as error:
            outcome, why = "failed", f"{type(error).__name__}: {error}"
        first, *later = self.shown or [time.perf_counter()]
        streamed = later[-1] - first if later else 0.0
        return Press(outcome, first - started, why, len(later), streamed)  # type: ignore[arg-type]

    async def ask(self, event: Event, watched: float) -> tuple[str, str]:
        body = {
            "data": [self.values.get(id) for id in event.inputs],
            "event_data": None,
            "fn_index": event.id,
            "session_hash": self.hash,
            "trigger_id": event.control,
        }
        headers = {"Origin": self.url.split("/demos/")[0], "Referer": self.url}
        status, text = await self.join(body, headers)
        if status != 200:
            return ("refused" if status in (429, 503) else "failed"), f"{status}: {text[:200]}"
        stream = f"{self.url}gradio_api/queue/data?session_hash={self.hash}"
        async with self.session.get(stream) as response:
            if response.status != 200:
                return "failed", f"the event stream answered {response.status}"
            async for message in messages(response):
                if message["msg"] == "process_generating" and message["success"]:
                    await self.show(message["output"].get("data"))
                    if time.perf_counter() - self.shown[0] > watched:
                        self.left = True
                        return "answered", ""
                elif message["msg"] == "process_completed":
                    return await self.complete(event, message)
                elif message["msg"] in ("unexpected_error", "server_stopped"):
                    return "failed", str(message.get("message"))
        return "failed", "the event stream ended without an answer"

    async def join(self, body: dict[str, Any], headers: dict[str, str]) -> tuple[int, str]:
        """Post to the queue. As browsers do, once more where an idle connection had been closed meanwhile."""
        address = f"{self.url}gradio_api/queue/join"
        try:
            return await self.post(address, body, headers)
        except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError):
            return await self.post(address, body, headers)

    async def post(self, address: str, body: dict[str, Any], headers: dict[str, str]) -> tuple[int, str]:
        async with self.session.post(address, json=body, headers=headers) as response:
            return response.status, await response.text()

    async def complete(self, event: Event, message: dict[str, Any]) -> tuple[str, str]:
        output = message["output"]
        if not message["success"]:
            why = str(output.get("error"))
            return ("refused" if why in polite() else "failed"), why
        for id, value in zip(event.outputs, output["data"], strict=False):
            if not (isinstance(value, dict) and value.get("__type__") == "update"):
                self.values[id] = value
            elif "value" in value:
                self.values[id] = value["value"]
        await self.show(output["data"])
        return "answered", ""

    async def show(self, data: Any) -> None:
        """Fetch the files of an answer, or of a part of it."""
        await self.fetch(set(files(data)))
        self.shown.append(time.perf_counter())

    async def fetch(self, addresses: set[str]) -> None:
        """Fetch files that are not in the browser's cache yet. Raises ValueError if one is not there."""
        wanted = addresses - self.seen
        self.seen |= wanted
        await asyncio.gather(*map(self.fetch_one, wanted))

    async def fetch_one(self, address: str) -> None:
        async with self.session.get(urljoin(self.url, address)) as response:
            await response.read()
            if response.status != 200:
                raise ValueError(f"{address} answered {response.status}")


@asynccontextmanager
async def reader(address: str = "127.0.0.1", seed: int = 0) -> AsyncIterator[Reader]:
    """A reader whose requests come from `address`."""
    connector = aiohttp.TCPConnector(limit=PER_HOST, local_addr=(address, 0))
    timeout = aiohttp.ClientTimeout(total=None, sock_read=PATIENCE)
    async with aiohttp.ClientSession(
        connector=connector, timeout=timeout, read_bufsize=LONGEST_LINE
    ) as session:
        yield Reader(session, random.Random(seed))


async def messages(response: aiohttp.ClientResponse) -> AsyncIterator[dict[str, Any]]:
    """The messages of an event stream."""
    async for line in response.content:
        if line.startswith(b"data:"):
            yield json.loads(line[5:])
