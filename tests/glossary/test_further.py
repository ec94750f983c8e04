"""Further reading: who is recommended which work, and whether the addresses of all works still answer."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from glossary import web_links
from glossary.__main__ import main
from glossary.further import recommended
from glossary.lint.project import Project
from glossary.load import load
from glossary.web_links import ask, faults, places
from tests.glossary.test_load import SOUND, write
from tests.ordlab import TERMBASE

SOURCES = """\
english: {title: Nets, url: https://en.example.org/nets, lang: en, level: intro}
norwegian: {title: Nett, url: https://no.example.org/nett, lang: nb, level: intro}
nynorsk: {title: Nett òg, url: https://no.example.org/nynorsk, lang: nn, level: intro}
chinese: {title: 网络, url: https://zh.example.org, lang: zh-Hans, level: technical}
french: {title: Réseaux, url: https://fr.example.org, lang: fr, level: paper}
not-for-chinese: {title: More nets, url: https://en.example.org/more, lang: en, level: paper, readers: nb en}
"""
GENERATOR = SOUND["terms/generator.yml"].replace(
    "subject: models",
    "subject: models\nfurther: [english, norwegian, nynorsk, chinese, french, not-for-chinese]",
)
FILES = {
    "sources.yml": SOUND["sources.yml"] + SOURCES,
    "terms/generator.yml": GENERATOR,
    "languages.yml": SOUND["languages.yml"]
    .replace("{name: English", "{reference: true, name: English")
    .replace("{name: Norsk bokmål", "{also: no nn, name: Norsk bokmål"),
}


@pytest.mark.parametrize(
    ("lang", "works"),
    [
        ("nb", ["norwegian", "nynorsk", "english", "french", "not-for-chinese"]),
        ("en", ["english", "not-for-chinese", "french"]),
        ("zh", ["chinese", "english", "french"]),
    ],
)
def test_readers_see_works_in_their_language_first(lang: str, works: list[str], tmp_path: Path) -> None:
    termbase = load(write(tmp_path, FILES))
    shown = [work.id for work in recommended(termbase, termbase.concepts["generator"], lang)]
    assert shown == works


def test_a_recommended_work_that_readers_cannot_use_is_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bare = "bare: {title: Bare}\ntagged: {title: T, url: http://example.org, lang: Norsk, level: intro}\n"
    text = SOUND["terms/generator.yml"].replace("subject: models", "subject: models\nfurther: [bare, tagged]")
    folder = write(tmp_path, {"sources.yml": SOUND["sources.yml"] + bare, "terms/generator.yml": text})
    assert main(["check", "--select", "T115", str(folder)]) == 1
    said = capsys.readouterr().out
    reported = {line.split("[")[1].split("]")[0] for line in said.splitlines()[:-1]}
    assert reported == {"bare.url", "bare.lang", "bare.level", "tagged.url", "tagged.lang"}
    assert main(["check", "--select", "T115", str(write(tmp_path, FILES))]) == 0


# Whether addresses answer

ANSWERS = {"/gone": 404, "/secret": 403, "/broken": 500, "/loop": 302, "/file": 302}


class Answering(BaseHTTPRequestHandler):
    """Says of each path what its name says."""

    def do_GET(self) -> None:
        moves = {"/moved": (301, "/ok"), "/twice": (301, "/moved"), "/elsewhere": (302, "/ok")}
        moves |= {"/loop": (302, "/loop"), "/file": (302, "file:///etc/hosts")}
        code, target = moves.get(self.path, (ANSWERS.get(self.path, 200), ""))
        self.send_response(code)
        if target:
            self.send_header("Location", target)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@contextmanager
def saying(words: bytes | None) -> Iterator[str]:
    """A server that says just this to whoever comes, or never anything."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            with listener.accept()[0] as caller:
                caller.recv(65536)
                caller.sendall(words or b"")
                if words is None:
                    caller.recv(65536)  # until the caller gives up

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        thread.join()


@pytest.mark.parametrize(
    ("path", "said", "severity"),
    [
        ("/gone", "is gone (404)", "error"),
        ("/secret", "was refused (403)", "warning"),
        ("/broken", "was refused (500)", "warning"),
        ("/moved", "has moved to {site}/ok", "warning"),
        ("/twice", "has moved to {site}/ok", "warning"),
        ("/loop", "leads nowhere (302)", "error"),
        ("/file", "leads nowhere (302)", "error"),
    ],
)
def test_what_a_server_says_is_reported(site: str, path: str, said: str, severity: str) -> None:
    fault = ask(site + path, timeout=30)
    assert fault
    assert (fault.message, fault.severity) == (said.format(site=site), severity)


@pytest.mark.parametrize("path", ["/", "/ok?a=b", "/elsewhere"])
def test_what_answers_is_fine(site: str, path: str) -> None:
    assert ask(site + path, timeout=30) is None


def test_what_is_no_http_is_reported() -> None:
    with saying(b"220 mail.example.org ready\r\n") as address:
        fault = ask(address, timeout=30)
    assert fault
    assert fault.message == "answers, but not in HTTP"


def test_nobody_is_waited_for_longer_than_said() -> None:
    with saying(None) as address:
        fault = ask(address, timeout=0.2)
    assert fault
    assert (fault.message, fault.is_silence) == ("does not answer: it takes too long", True)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://127.0.0.1:1/", "does not answer: "),
        ("http://a.no:b/", "is no address: "),
        ("http://[a.no]/", "is no address: "),
    ],
)
def test_where_nobody_is_nothing_answers(address: str, said: str) -> None:
    fault = faults([address], timeout=30, at_once=1)[address]
    assert fault.message.startswith(said)


def test_hosts_are_asked_together_but_no_more_than_wanted(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    busy, most, lock = [0], [0], threading.Lock()
    meeting = threading.Barrier(2)

    def counted(address: str, timeout: float) -> None:
        with lock:
            busy[0] += 1
            most[0] = max(most[0], busy[0])
        meeting.wait(timeout=30)
        with lock:
            busy[0] -= 1

    monkeypatch.setattr(web_links, "ask", counted)
    assert faults([f"https://{name}.example.org" for name in "abcd"], timeout=30, at_once=2) == {}
    assert most == [2]


def test_addresses_are_found_where_they_are_links(tmp_path: Path) -> None:
    termbase = write(tmp_path / "glossary", {})
    page = (
        "See [this](https://a.no/x_(y)), <https://b.no/>.\n\n[^1]: [论文](https://c.no/z)第四条。\n\n"
        "```sh\ncurl https://code.no\n```\n\n"
        "`https://code.no/2`, https://example.org, http://127.0.0.1:8000 and https://a.no/{id}.\n"
        "\nhttps://[no\n"
    )
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "x.en.md").write_text(page, "utf-8")
    found = {
        address: [place.line for place in where]
        for address, where in places(termbase, Project(tmp_path)).items()
        if any(place.file.endswith("x.en.md") for place in where)
    }
    assert found == {
        "https://a.no/x_(y)": [1],
        "https://b.no/": [1],
        "https://c.no/z": [3],
        "https://[no": [11],
    }


def test_the_command_names_file_and_line(
    site: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sources = f"a:\n  title: A\n  url: {site}/ok\nb:\n  title: B\n  url: {site}/gone\n"
    folder = write(tmp_path, {"sources.yml": SOUND["sources.yml"] + sources})
    first = len(SOUND["sources.yml"].splitlines())
    assert main(["links", str(folder)]) == 1
    *lines, last = capsys.readouterr().out.splitlines()
    assert [line.partition("sources.yml:")[2] for line in lines] == [
        f"{first + 6}: error: {site}/gone is gone (404) → find where it is now, or remove it"
    ]
    assert last == "2 addresses asked, 1 to look at."


def test_without_a_network_the_command_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path, {"sources.yml": "a: {title: A, url: 'http://127.0.0.1:1/'}\n"})
    text = SOUND["terms/generator.yml"].replace("sources: [goodfellow-2014]\n", "")
    (folder / "terms" / "generator.yml").write_text(text, "utf-8")
    assert main(["links", str(folder)]) == 2
    assert "is this machine online?" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--timeout=0", "--at-once=-1", "--at-once=many"])
def test_limits_must_be_positive(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["links", option])
    assert "positive number" in capsys.readouterr().err


# Our own works


def test_an_id_names_the_year_of_its_record() -> None:
    """The year in which a work came out first, also where that was as a preprint."""
    for id, work in load(TERMBASE).sources.items():
        if work.year and (in_id := re.search(r"-((?:18|19|20)\d\d)[a-z]?$", id)):
            assert in_id[1] == work.year, id


@pytest.mark.parametrize(
    ("lang", "others"),
    [
        ("nb", r"[A-ZÆØÅ][\w-]+ (med flere|og medarbeidere|og kolleger|et al)\b"),
        ("en", r"[A-Z][\w-]+ and others\b(?! use)|\([^()]* and colleagues, \d{4}\)"),
        ("zh", r"等，\d{4}|et al"),
    ],
)
def test_further_authors_are_named_in_one_way(lang: str, others: str) -> None:
    for concept in load(TERMBASE).concepts.values():
        entry = concept.entries[lang]
        for text in (entry.summary, entry.explanation, entry.example):
            assert not (found := re.search(others, text)), f"{concept.id}: {found and found[0]}"
