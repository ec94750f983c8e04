"""Addresses on the web that files name: where they stand, and whether anything answers there.

Asked over the network, and therefore only by hand (`python -m glossary links`), never in a build or a test.
"""

from __future__ import annotations

import http.client
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from .lint.project import Project
from .markdown_code import without_code
from .yamlfile import shown

AGENT = "Mozilla/5.0 (compatible; glossary-links)"  # some servers turn away whoever does not say Mozilla
_ADDRESS = re.compile(r"https?://[^\s<>\"'`\\|^\x7f-\U0010ffff]+")
_LOOPBACK = ("127.0.0.1", "::1")  # in a page, the reader's own machine
_EXAMPLE = re.compile(r"(?:.*\.)?(?:example(?:\.(?:com|net|org))?|invalid|localhost|test)")  # RFC 2606
_GONE, _PERMANENT = (404, 410), (301, 308)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where an address stands."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with an address, and what to do about it."""

    message: str
    fix: str
    severity: str = "error"  # or "warning": it may well be fine for a reader
    is_silence: bool = False  # nothing answered: it may be our own network


def places(folder: Path, project: Project) -> Mapping[str, list[Place]]:
    """Every address in a termbase, in the pages, quizzes and figures beside it and in the demos' texts.

    Those in code are no links, and neither are those of hosts that are reserved for examples.
    """
    files = [*folder.glob("*.yml"), *folder.glob("terms/*.yml"), *project.demos.rglob("demo.yml")]
    files += [path for path in project.docs.rglob("*") if path.suffix in (".md", ".yml")]
    found: dict[str, list[Place]] = defaultdict(list)
    for path in sorted(set(files)):
        for number, address in _addresses(path):
            found[address].append(Place(shown(path), number))
    return found


def _addresses(path: Path) -> Iterator[tuple[int, str]]:
    lines = path.read_text("utf-8", errors="replace").splitlines()
    for number, line in enumerate(without_code(lines), 1):
        for match in _ADDRESS.findall(line):
            address = _without_what_follows(match)
            host = _host(address)
            is_readers_own = path.suffix == ".md" and host in _LOOPBACK
            if not is_readers_own and not _EXAMPLE.fullmatch(host) and "{" not in address:
                yield number, address


def _host(address: str) -> str:
    """The host that an address names; none if it is no address, of which `ask` says so."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _without_what_follows(text: str) -> str:
    """The address without the signs of the sentence or the markup that it stands in."""
    while text:
        closing = {")": "(", "]": "[", "}": "{"}.get(text[-1])
        if text[-1] not in ".,;:!?*_" and (closing is None or text.count(closing) >= text.count(text[-1])):
            break
        text = text[:-1]
    return text


def faults(addresses: Iterable[str], *, timeout: float, at_once: int) -> dict[str, Fault]:
    """What is wrong with each address, where anything is: up to `at_once` hosts together, each one by one."""
    by_host: dict[str, list[str]] = defaultdict(list)
    for address in addresses:
        by_host[_host(address)].append(address)

    def ask_all(of_host: list[str]) -> list[tuple[str, Fault | None]]:
        return [(address, ask(address, timeout)) for address in of_host]

    with ThreadPoolExecutor(at_once) as pool:
        answers = [answer for answers in pool.map(ask_all, by_host.values()) for answer in answers]
    return {address: fault for address, fault in answers if fault}


def ask(address: str, timeout: float) -> Fault | None:
    """What is wrong with an address: nothing, if a page is there."""
    redirects = _Redirects()
    try:
        request = Request(address, headers={"User-Agent": AGENT, "Accept": "*/*"})
    except ValueError as error:
        return Fault(f"is no address: {error}", "correct it")
    try:
        with build_opener(redirects).open(request, timeout=timeout):
            pass
    except HTTPError as error:
        error.close()
        if error.code in _GONE:
            return Fault(f"is gone ({error.code})", "find where it is now, or remove it")
        if error.code in range(300, 400):
            return Fault(f"leads nowhere ({error.code})", "open it, and write where you end")
        return Fault(f"was refused ({error.code})", "open it in a browser", "warning")
    except http.client.InvalidURL as error:
        return Fault(f"is no address: {error}", "correct it")
    except http.client.HTTPException:
        return Fault("answers, but not in HTTP", "correct the address")
    except (URLError, OSError, ValueError) as error:
        return Fault(f"does not answer: {_reason(error)}", "try again later, or replace it", is_silence=True)
    if redirects.moved_to:
        return Fault(f"has moved to {redirects.moved_to}", "write that address", "warning")
    return None


def _reason(error: Exception) -> str:
    reason = getattr(error, "reason", None) or error
    if isinstance(reason, TimeoutError):
        return "it takes too long"
    return str(getattr(reason, "strerror", None) or reason)


class _Redirects(HTTPRedirectHandler):
    """Follows redirects, and knows to where an address has moved for good."""

    def __init__(self) -> None:
        self.moved_to = ""
        self.is_permanent = True

    def redirect_request(
        self,
        req: Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> Request | None:
        if urlsplit(newurl).scheme not in ("http", "https"):
            return None  # reported as the redirect that it is
        self.is_permanent = self.is_permanent and code in _PERMANENT
        if self.is_permanent:
            self.moved_to = newurl
        following: Any = super().redirect_request(req, fp, code, msg, headers, newurl)
        return following if isinstance(following, Request) else None
