"""What several test folders share: one built site; for each worker a real server and a headless Chromium."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest
from filelock import FileLock
from hypothesis import settings
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    expect,
    sync_playwright,
)

from tests.light import LIGHT
from tests.serving import ROOT, Server, serve

# One thread per process: the server, the browser and the tests share two cores, and torch's threads would
# wait for each other. Read when torch is first imported, here and in the server that the tests start.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# In the background of a shell, tests ignore Ctrl-C, and so do the programs that they start and stop by it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# The same examples each time, so that a change is judged by what it changes; `make fuzz` draws others.
settings.register_profile("reproducible", derandomize=True)
settings.register_profile("random", derandomize=False)
settings.load_profile("reproducible")

# For what a page should show soon: beside other workers, Playwright's 5 s may pass.
expect.set_options(timeout=15_000)

WORKER_MEMORY = 3_000_000_000  # bytes for each worker of the tests
OUTER_NAME = "docs.example.org"  # as readers know the server where a proxy stands in front of it
OURS = ("http://127.0.0.1:", f"http://{OUTER_NAME}:", f"https://{OUTER_NAME}:", "data:", "blob:")
CHROMIUM_FLAGS = [
    "--no-sandbox",  # tests may run as root, in a container
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # No other host has an address. (Routes of Playwright could refuse them, too, but switch the cache off.)
    f"--host-resolver-rules=MAP {OUTER_NAME} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


def pytest_xdist_auto_num_workers() -> int:
    """One more than cores, since tests in a browser often wait, but no more than memory has room for: each
    has a server and a browser of its own."""
    cores, memory = os.cpu_count() or 1, psutil.virtual_memory().available
    return max(1, min(cores + 1, memory // WORKER_MEMORY, 8))


@pytest.hookimpl(tryfirst=True)  # pytest-xdist looks at the groups in this hook, too
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A file's tests stay on one worker, unless they name another group. Slow files come first, so that the
    last ones to be given to workers are short."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Stop where pytest-xdist has lost the groups: it says nothing, and each worker makes what is shared."""
    if getattr(session.config.option, "loadgroup", False) and not all("@" in x.nodeid for x in session.items):
        raise pytest.UsageError(
            "pytest-xdist has lost the groups: do pytest's and its versions fit together?"
        )


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The real site, built strictly, and without what only the demos need. One for all workers."""
    own = tmp_path_factory.getbasetemp()
    folder = (own if worker_id == "master" else own.parent) / "site"
    with FileLock(folder.with_suffix(".lock")):
        if not folder.exists():
            build_site(folder)
    return folder


def build_site(folder: Path) -> None:
    unfinished = folder.with_name("unfinished-site")
    code = LIGHT + (
        "from mkdocs.__main__ import cli\n"
        f"cli(['build', '--quiet', '--strict', '--site-dir', {str(unfinished)!r}])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    unfinished.rename(folder)


@pytest.fixture(scope="session")
def server(site: Path) -> Iterator[Server]:
    """The real server, with one process for answers: every worker of the tests has a server."""
    with serve(site, "--workers", "1") as running:
        yield running


def system_chromium(shell: bool = True) -> str | None:
    """The system's Chromium, or None for the one Playwright installed itself.

    With `shell`, rather its headless shell, which is quicker, but shows Chinese in Japanese forms.
    """
    names = ["chromium", "chromium-browser", "google-chrome"]
    names.insert(0 if shell else len(names), "chromium-headless-shell")
    return next((path for name in names if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=system_chromium(), args=CHROMIUM_FLAGS)
        yield running
        running.close()


class Faults:
    """What a test's pages did wrong: wrote an error to the console, threw, or asked another host for
    anything."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.expectations: list[Callable[[str], bool]] = []

    def watch(self, context: BrowserContext) -> None:
        context.on("page", self.watch_page)
        context.on("request", self.see_request)

    def unwatch(self, context: BrowserContext) -> None:
        context.remove_listener("page", self.watch_page)
        context.remove_listener("request", self.see_request)

    def watch_page(self, page: Page) -> None:
        page.on("console", partial(self.see_message, page))
        page.on("pageerror", lambda error: self.found.append(f"exception: {error} ({page.url})"))

    def see_message(self, page: Page, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.found.append(f"console: {message.text} ({page.url})")

    def see_request(self, request: Request) -> None:
        if not request.url.startswith(OURS):
            self.found.append(f"request to another host: {request.url}")

    def check(self) -> None:
        unexpected = [fault for fault in self.found if not any(of(fault) for of in self.expectations)]
        assert not unexpected, "\n".join(unexpected)


@pytest.fixture
def faults() -> Faults:
    """Faults that a test provokes on purpose are named by a function in `expectations`."""
    return Faults()


OPTIONS: dict[str, Any] = {"locale": "en-GB", "viewport": {"width": 1280, "height": 900}}


@pytest.fixture
def open_context(browser: Browser, faults: Faults) -> Iterator[Callable[..., BrowserContext]]:
    """Make browser contexts that are closed, and checked for faults, when the test ends."""
    contexts: list[BrowserContext] = []

    def open(expected: Callable[[str], bool] | None = None, **options: object) -> BrowserContext:
        faults.expectations.extend(filter(None, [expected]))
        context = browser.new_context(**OPTIONS | options)
        faults.watch(context)
        contexts.append(context)
        return context

    yield open
    for context in contexts:
        context.close()
    faults.check()


@pytest.fixture
def page(open_context: Callable[..., BrowserContext]) -> Page:
    return open_context().new_page()


@pytest.fixture(scope="session")
def lasting_context(browser: Browser) -> Iterator[BrowserContext]:
    with browser.new_context(**OPTIONS) as context:
        yield context


@pytest.fixture
def demo_page(lasting_context: BrowserContext, faults: Faults) -> Iterator[Page]:
    """A page like `page`, in a context that other tests have used: it has Gradio's script compiled already,
    which halves the time to open a demo. Nothing that they stored is left."""
    faults.watch(lasting_context)
    page = lasting_context.new_page()
    yield page
    page.evaluate("localStorage.clear()")  # of the server, which has one address for all tests
    page.close()
    lasting_context.clear_cookies()
    faults.unwatch(lasting_context)
    faults.check()
