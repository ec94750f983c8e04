"""What several test folders share: one built site; for each worker a real server and a headless Chromium."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.light import LIGHT
from tests.serving import ROOT, Server, serve

# One thread per process: the server, the browser and the tests share two cores, and torch's threads would
# wait for each other. Read when torch is first imported, here and in the server that the tests start.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# The same examples each time, so that a change is judged by what it changes; `make fuzz` draws others.
settings.register_profile("reproducible", derandomize=True)
settings.register_profile("random", derandomize=False)
settings.load_profile("reproducible")

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
    f"--host-resolver-rules=MAP {OUTER_NAME} 127.0.0.1",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A file's tests stay on one worker, unless they name another group. Slow files come first, so that the
    last ones to be given to workers are short."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


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


@pytest.fixture
def open_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Make browser contexts that are closed, and checked, when the test ends.

    A test fails if any page it opened wrote an error to the console, threw, or asked another host for
    anything.
    Faults that a test provokes on purpose are named by its `expected`.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def watch(page: Page) -> None:
        page.on(
            "console",
            lambda m: faults.append(f"console: {m.text} ({page.url})") if m.type == "error" else None,
        )
        page.on("pageerror", lambda error: faults.append(f"exception: {error} ({page.url})"))

    def refuse(route, request) -> None:  # type: ignore[no-untyped-def]
        faults.append(f"request to another host: {request.url}")
        route.abort()

    expectations: list[Callable[[str], bool]] = []

    def open(expected: Callable[[str], bool] | None = None, **options: object) -> BrowserContext:
        expectations.extend(filter(None, [expected]))
        context = browser.new_context(
            **{"locale": "en-GB", "viewport": {"width": 1280, "height": 900}, **options}
        )  # type: ignore[arg-type]
        context.route(lambda url: not url.startswith(OURS), refuse)
        context.on("page", watch)
        contexts.append(context)
        return context

    yield open
    for context in contexts:
        context.close()
    unexpected = [fault for fault in faults if not any(expected(fault) for expected in expectations)]
    assert not unexpected, "\n".join(unexpected)


@pytest.fixture
def page(open_context: Callable[..., BrowserContext]) -> Page:
    return open_context().new_page()
