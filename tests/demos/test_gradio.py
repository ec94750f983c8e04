"""What is private in Gradio and used here is still there: after an upgrade, these tests say what is not."""

from __future__ import annotations

import asyncio
import inspect
import re
import subprocess
import sys
from pathlib import Path

import gradio
from gradio import Blocks
from gradio.queueing import Queue
from gradio.routes import App
from gradio.state_holder import SessionState, StateHolder

from demos.server.demo_page import is_asked_for
from demos.server.internals import keep_routes, no_expired_state, start_session
from demos.server.queue import WokenQueue
from tests.loop import run_async
from tests.serving import ROOT


def test_gradios_queue_is_still_what_ours_is_made_from() -> None:
    """What is overridden or relied on exists, is called by Gradio, and takes what we give it."""
    source = inspect.getsource(Queue)
    for call in (
        "run_coro_in_background(self.start_processing)",
        "run_coro_in_background(self.start_progress_updates)",
        "event_queue.queue.append(event)",
        "self.active_jobs[self.active_jobs.index(None)] = events",
        "event_queue.start_times_per_fn[fn].add(start_time)",
        "self.compute_analytics_summary,",
    ):
        assert call in source, call
    assert list(inspect.signature(Queue.process_events).parameters) == [
        *("self", "events", "batch", "begin_time", "fn"),
    ]
    assert "self._queue.close()" in inspect.getsource(Blocks.close)
    assert "self._queue.start()" in inspect.getsource(Blocks.run_startup_events)


def test_a_light_session_has_all_that_gradios_own_has() -> None:
    source = inspect.getsource(SessionState)
    with Blocks() as blocks:
        pass
    session = SessionState.__new__(SessionState)
    start_session(session, blocks)
    for name in set(re.findall(r"self\.(\w+)\b(?!\()", source)):
        assert hasattr(session, name), name
    assert not list(session.components)


def test_a_page_without_an_application_is_made_as_gradio_makes_it() -> None:
    source = inspect.getsource(gradio.blocks)
    assert source.count("App.create_app(") == 3, "at the end of `with`, in `queue`, and in `launch`"
    assert "self.app = App.create_app(self, mcp_server=False)" in inspect.getsource(Blocks.__exit__)


def test_a_page_keeps_few_records_of_readers() -> None:
    assert "blocks.state_session_capacity" in inspect.getsource(StateHolder)
    assert "FINISHED_ITERATING" in inspect.getsource(Blocks.postprocess_data)


def test_a_page_without_readers_is_not_woken() -> None:
    """Gradio starts one task with a page that comes back again and again, and we put nothing in its place."""
    source = inspect.getsource(gradio.route_utils.create_lifespan_handler)
    assert source.count("enter_async_context(") == 3
    assert "enter_async_context(_delete_state_handler(app))" in source
    assert "if frequency and age:" in source, "files are looked after only where a page asks for it"

    async def tasks() -> int:
        with Blocks() as blocks:
            pass
        app = App.create_app(blocks, app_kwargs={"openapi_url": None})
        async with app.router.lifespan_context(app):
            return len(asyncio.all_tasks()) - 1

    no_expired_state()
    assert run_async(tasks()) == 0


def test_a_queue_starts_with_nothing_to_do() -> None:
    with Blocks() as blocks:
        queue = WokenQueue(blocks, 3)
    assert (len(queue), queue.max_size, queue.max_thread_count) == (0, 3, 3)


def test_a_page_has_the_routes_that_it_asks_for_alone() -> None:
    with Blocks() as blocks:
        pass
    app = App.create_app(blocks, app_kwargs={"openapi_url": None})
    keep_routes(app, is_asked_for)
    included = [route.original_router for route in app.routes if hasattr(route, "original_router")]
    paths = {
        route.path for router in (app.router, *included) for route in router.routes if hasattr(route, "path")
    }
    below = "/gradio_api"
    assert paths == {
        *("/", "/config", "/theme.css", "/static/{path:path}", "/assets/{path:path}"),
        *(f"{below}/{path}" for path in ("queue/join", "queue/data", "cancel", "reset", "theme.css")),
        *(f"{below}/{path}" for path in ("startup-events", "file={path_or_url:path}")),
        below + "/heartbeat/{session_hash}",
    }


def test_gradio_can_be_imported_without_writing_stubs() -> None:
    """A fresh interpreter imports it, and no function that makes a stub is called for a class of its own."""
    code = (
        "import ast\n"
        "def refuse(*given, **named): raise AssertionError('a stub is made')\n"
        "ast.get_source_segment = refuse\n"
        "import demos.server.gradio_import, inspect, gradio\n"
        "print(inspect.getfile(gradio.Blocks))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).name == "blocks.py"
