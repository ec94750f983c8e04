"""What is private in Gradio and FastAPI and used by the server. An upgrade is checked here first."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from copy import copy

import fastapi.dependencies.models
import fastapi.routing
import gradio.blocks
import gradio.context
import gradio.route_utils
import gradio.state_holder


def make_addresses_relative() -> None:
    """Let Gradio write every file's address from its page (`./gradio_api/file=…`), not from a host's root.

    It derives that root from the headers that arrive, so behind a proxy that passes on no headers, or cuts a
    prefix off, pictures would point at an address that only the proxy can reach. A page's configuration has
    the same root, which Gradio's script resolves against the page's own address.
    """
    assert callable(gradio.route_utils.get_root_url)
    gradio.route_utils.get_root_url = relative_root_url


def relative_root_url(request: object, route_path: str, root_path: str | None) -> str:
    """In place of `gradio.route_utils.get_root_url`, which all of Gradio calls by its module's name."""
    return "."


def count_components_anew() -> None:
    """Let the components of the next page get the same numbers whenever it is made.

    A click names the component that was clicked by its number, and Gradio counts through all pages. A page
    left open in a browser would click on something else when the server has opened its demo again.
    """
    assert isinstance(gradio.context.Context.id, int)
    gradio.context.Context.id = 0


def keep_sessions_light() -> None:
    """Let Gradio keep no copy of a page's description for each of its readers.

    It makes one, component by component, at a reader's first event, for links to a page's state: ours are
    addresses. That takes longer than most answers.
    """
    assert callable(gradio.state_holder.SessionState.__init__)
    gradio.state_holder.SessionState.__init__ = start_session  # type: ignore[method-assign, assignment]


def start_session(session: gradio.state_holder.SessionState, blocks: gradio.Blocks) -> None:
    """In place of `SessionState.__init__`: what it sets, but for the description."""
    session.blocks_config = copy(blocks.default_config)
    session.config_values = {}
    session.state_data = {}
    session._state_ttl = {}
    session.is_closed = False
    session.STATE_TTL_WHEN_CLOSED = 3600


def no_expired_state() -> None:
    """Let no page look once a second for values of its readers that have expired: a hundred open pages would
    wake the server a hundred times a second. Ours keep none (`gr.State`)."""
    assert callable(gradio.route_utils._delete_state_handler)
    gradio.route_utils._delete_state_handler = nullcontext_of  # type: ignore[assignment]


def nullcontext_of(app: object) -> AbstractAsyncContextManager[None]:
    """In place of `gradio.route_utils._delete_state_handler`, which a page enters when it begins."""
    return nullcontext()


def make_one_application() -> None:
    """Let `Blocks` make no application for `launch`, which nobody calls, beside the one that is mounted: that
    takes half of the time in which a page is opened."""
    assert callable(gradio.blocks.App.create_app)
    gradio.blocks.App = NoApplication  # type: ignore[misc, assignment]


class NoApplication:
    """In place of `gradio.routes.App` in Gradio's module of blocks."""

    @staticmethod
    def create_app(blocks: gradio.Blocks, **options: object) -> None:
        """None: the page gets its application when it is mounted."""


def keep_routes(app: gradio.routes.App, is_asked_for: Callable[[str, str], bool]) -> None:
    """Let a page have only the routes of which that is true of a method and a path below the page.

    Gradio gives each page eighty, and FastAPI builds models for all of them at the first request: a tenth of
    a second, and a megabyte for each page.
    """
    included = [r.original_router for r in app.routes if isinstance(r, fastapi.routing._IncludedRouter)]
    assert included
    for router in (app.router, *included):
        router.routes[:] = [
            route
            for route in router.routes
            if not isinstance(route, fastapi.routing.APIRoute)
            or any(is_asked_for(method, example_of(route.path)) for method in route.methods or ())
        ]


def example_of(route: str) -> str:
    """A path that a route takes: its parameters are each one letter."""
    return re.sub(r"\{.*?\}", "x", route).removeprefix("/")


def forget_routes() -> None:
    """Let FastAPI forget how it calls the routes of pages that are closed.

    It remembers the last 2,048 routes and with each the whole page, so that closed pages are never freed.
    """
    for cached in CALLED:
        cached.cache_clear()


CALLED = tuple(
    cached for cached in vars(fastapi.dependencies.models).values() if hasattr(cached, "cache_clear")
)
