"""Gradio's queue, woken when there is something to do.

Gradio's own asks a thousand times a second whether there is work, in every page that is open. It also adds up
statistics of all past clicks, with pandas, after every click.

What is private to Gradio and used here: `Blocks._queue` and the methods of `queueing.Queue` overridden below.
`tests/demos/test_gradio.py` says when a new release of Gradio no longer fits.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

from gradio import Blocks
from gradio.queueing import Queue
from gradio.utils import set_task_name


class WokenQueue(Queue):
    """Starts a click's work at once; has nothing to do in between."""

    def __init__(self, blocks: Blocks, most: int) -> None:
        super().__init__(
            live_updates=True,  # no loop that tells clients their place again and again
            concurrency_count=most,
            update_intervals=1,
            max_size=most,
            blocks=blocks,
            default_concurrency_limit=None,  # the line of answers is ours
        )
        self.ANALYTICS_MAX_EVENTS = 1  # how many past clicks it remembers
        self.wake = asyncio.Event()

    async def push(self, *args: Any, **options: Any) -> Any:
        outcome = await super().push(*args, **options)
        self.wake.set()
        return outcome

    async def process_events(self, *args: Any, **options: Any) -> None:
        try:
            await super().process_events(*args, **options)
        finally:
            self.wake.set()

    def close(self) -> None:
        super().close()
        self.wake.set()

    async def start_processing(self) -> None:
        try:
            while not self.stopped:
                await self.wake.wait()
                self.wake.clear()
                while not self.stopped and None in self.active_jobs and (waiting := self.get_events()):
                    self.begin(*waiting)
        finally:
            self.stopped = True
            self._cancel_asyncio_tasks()

    def begin(self, events: list[Any], batch: bool, concurrency_id: str) -> None:
        """Let a task do the work, as Gradio's loop would."""
        now, first = time.time(), events[0]
        self.active_jobs[self.active_jobs.index(None)] = events
        queue = self.event_queue_per_concurrency_id[concurrency_id]
        queue.current_concurrency += 1
        queue.start_times_per_fn[first.fn].add(now)
        task = asyncio.create_task(self.process_events(events, batch, now, first.fn))
        set_task_name(task, first.session_hash, first.fn._id, first._id, batch)  # “cancel” finds it by name
        self._asyncio_tasks.add(task)
        task.add_done_callback(self._asyncio_tasks.discard)

    async def start_progress_updates(self) -> None:
        """No demo here shows Gradio's progress bar."""

    def compute_analytics_summary(self, records: Any) -> dict[str, Any]:
        return {}


def give_queue(blocks: Blocks, most: int) -> None:
    """Give a page a woken queue, in place of the one that `Blocks` made for itself."""
    blocks.api_open = False
    blocks._queue = WokenQueue(blocks, most)
