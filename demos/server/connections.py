"""Connections that are slow or too many: uvicorn has neither a deadline for headers nor one for bodies.

Without deadlines, whoever opens connections and sends half a request on each holds them for ever. Readers on
slow networks need seconds, not minutes. A page left open has event streams, which are answers that go on: no
deadline is theirs, unless nobody takes what they send.
"""

from __future__ import annotations

import asyncio
import resource

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

REQUEST_WITHIN = 15.0  # seconds until a request's headers, and as many again until its body, must be here
TAKEN_WITHIN = 60.0  # seconds in which a reader must take what has piled up in the socket's buffers
MOST = 2_000  # connections at once; each page left open has one or two
OTHER_FILES = 200  # file descriptors for all that is not a connection


class PatientProtocol(H11Protocol):
    """HTTP/1.1 that waits for slow clients, but not for ever.

    When there is no room, the connection that is next to be closed for doing nothing makes room for the new
    one. Only when all are busy with answers is the new one closed.
    """

    most = MOST
    request_deadline: asyncio.TimerHandle | None = None
    taking_deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.expect_request()
        if len(self.connections) > self.most:
            self.make_room()

    def make_room(self) -> None:
        idle = {
            timer.when(): other
            for other in self.connections
            if isinstance(other, PatientProtocol) and other is not self and (timer := other.idle_until())
        }
        leaving = idle[min(idle)] if idle else self
        leaving.transport.abort()
        self.connections.discard(leaving)

    def idle_until(self) -> asyncio.TimerHandle | None:
        """What will close this connection unless a request comes; None while one is being answered."""
        return self.request_deadline or self.timeout_keep_alive_task

    def data_received(self, data: bytes) -> None:
        before = self.conn.their_state
        super().data_received(data)
        after = self.conn.their_state
        if after is h11.IDLE:  # part of the headers; the deadline does not move with every further byte
            if self.request_deadline is None:
                self.expect_request()
        elif after is not h11.SEND_BODY:
            cancel(self.request_deadline)
            self.request_deadline = None
        elif before is not h11.SEND_BODY:
            self.expect_request()

    def expect_request(self) -> None:
        cancel(self.request_deadline)
        self.request_deadline = self.loop.call_later(REQUEST_WITHIN, self.transport.abort)

    def pause_writing(self) -> None:
        super().pause_writing()
        self.taking_deadline = self.loop.call_later(TAKEN_WITHIN, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        cancel(self.taking_deadline)

    def connection_lost(self, exc: Exception | None) -> None:
        cancel(self.request_deadline)
        cancel(self.taking_deadline)
        super().connection_lost(exc)


def cancel(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()


def room_for_connections() -> int:
    """How many connections at once there are file descriptors for, after raising their limit if need be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= MOST + OTHER_FILES:
        return MOST
    soft = MOST + OTHER_FILES if hard == resource.RLIM_INFINITY else min(MOST + OTHER_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max(1, soft - OTHER_FILES)
