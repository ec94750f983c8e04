"""What the server counts, for Prometheus (`/metrics`), and one line in the log for each thing that failed.

Neither holds anything about readers: no addresses, no sessions, none of the values they chose.
"""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Callable
from ipaddress import ip_address

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

SECONDS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)  # bounds of the latency histogram
CALLS = (1, 2, 4, 8, 16, 32)  # calls in one batch
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")

log = logging.getLogger("ordlab")


class Fault(Exception):
    """What went wrong in another process: the error's name, the place where it was raised, its traceback."""

    def __init__(self, name: str, at: str, text: str) -> None:
        self.name, self.at, self.text = name, at, text
        super().__init__(text)

    @classmethod
    def of(cls, error: Exception) -> Fault:
        if isinstance(error, cls):
            return error
        return cls(type(error).__name__, place(error), "".join(traceback.format_exception(error)))


class Metrics:
    """One server's numbers."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)  # memory, processor time, open files
        PlatformCollector(registry=self.registry)
        self.answers = Counter(
            "ordlab_answers",
            "Answers by how they came about: made, shared (made for somebody else at the same time), cached; "
            "or not: refused (line full), failed, left (reader gone).",
            ("demo", "outcome"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "ordlab_answer_seconds",
            "From question to answer, or to a stream's first part.",
            ("demo",),
            buckets=SECONDS,
            registry=self.registry,
        )
        self.batches = Histogram(
            "ordlab_batch_calls",
            "Calls that a model computed as one batch.",
            buckets=CALLS,
            registry=self.registry,
        )

    def gauge(self, name: str, help: str, value: Callable[[], float]) -> None:
        """Add a number that is asked for when somebody looks."""
        Gauge(name, help, registry=self.registry).set_function(value)

    def answered(self, demo: str, outcome: str, seconds: float) -> None:
        self.answers.labels(demo, outcome).inc()
        self.seconds.labels(demo).observe(seconds)

    def refused(self, demo: str) -> None:
        self.answers.labels(demo, "refused").inc()

    def left(self, demo: str) -> None:
        self.answers.labels(demo, "left").inc()

    def failed(self, demo: str, error: Exception) -> None:
        self.answers.labels(demo, "failed").inc()
        fault = Fault.of(error)
        report("answer failed", demo=demo, error=fault.name, at=fault.at)

    def text(self) -> str:
        return generate_latest(self.registry).decode()


class MetricsPage:
    """`/metrics`: for clients on this machine, or for everyone when `is_open`.

    What a proxy on this machine passes on is not from this machine.
    """

    def __init__(self, metrics: Metrics, is_open: bool) -> None:
        self.metrics = metrics
        self.is_open = is_open

    async def answer(self, request: Request) -> Response:
        if not self.is_open and not is_local(request):
            return PlainTextResponse("Only for clients on this machine.\n", status_code=403)
        headers = {"Cache-Control": "no-store"}
        return Response(self.metrics.text(), media_type=CONTENT_TYPE_LATEST, headers=headers)


def is_local(request: Request) -> bool:
    headers = Headers(scope=request.scope)
    forwarded = any(name in headers for name in FORWARDED)
    return not forwarded and request.client is not None and ip_address(request.client.host).is_loopback


def report(event: str, **fields: object) -> None:
    """One line that a person and a program can read."""
    log.error("%s", json.dumps({"event": event, **fields}, ensure_ascii=False))


def place(error: BaseException) -> str:
    """File and line where an error was raised, without the values that its message may hold."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
