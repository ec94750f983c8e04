"""Where addresses lead, and what is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from demos.server.files import read_legacy
from tests.demos.tiny import Running


def test_health_and_status_are_never_kept(server: Running) -> None:
    assert server.ask("/healthz").json == {"status": "ok"}
    for path in ("/healthz", "/demos/status.json"):
        assert server.ask(path).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "accepts", "to"),
    [
        ("/demos/", "en", "../en/glossary/gallery/"),
        ("/demos/?lang=zh", "en", "../zh/glossary/gallery/"),
        ("/demos", "", "./glossary/gallery/"),
        ("/demos/tiny", "", "./tiny/"),
        ("/demos/tiny?lang=zh", "", "./tiny/?lang=zh"),
        ("/demos/tiny/nb", "", "./nb/"),
        ("/demos/tiny/?lang=zh&__theme=dark", "", "zh/?lang=zh&__theme=dark"),
        ("/demos/tiny/", "zh-CN,zh;q=0.9", "zh/"),
        ("/demos/tiny/", "de, no;q=0.5, en;q=0.3", "nb/"),
        ("/demos/tiny/?lang=xx", "", "nb/?lang=xx"),
        ("/zh/glossary/x", "", "./x/"),
        ("/zh/glossary/x?h=%E8%AF%8D", "", "./x/?h=%E8%AF%8D"),
    ],
)
def test_an_address_leads_on_by_a_relative_one(server: Running, path: str, accepts: str, to: str) -> None:
    """Only the browser knows what a proxy has put in front of the path."""
    answer = server.ask(path, **{"Accept-Language": accepts})
    assert (answer.status, answer.headers["Location"]) == (307, to)


@pytest.mark.parametrize(
    ("query", "to"),
    [
        ("doc=what-is-x", "./glossary/x/"),
        ("doc=what-is-x&lang=zh", "./zh/glossary/x/"),
        ("lang=en&doc=what-is-x", "./en/glossary/x/"),
        ("doc=what-is-x&lang=no", "./glossary/x/"),
    ],
)
def test_old_addresses_lead_to_the_new_pages(server: Running, query: str, to: str) -> None:
    answer = server.ask(f"/docs.php?{query}")
    assert (answer.status, answer.headers["Location"]) == (301, to)


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/nothing", "Fant ikke"),
        ("/en/nothing/", "Not found"),
        ("/zh/glossary/y/", "找不到"),
        ("/docs.php?doc=nothing", "Fant ikke"),
        ("/docs.php?doc=nothing&lang=en", "Not found"),
        ("/docs.php", "Fant ikke"),
        ("/demos/nothing/?lang=zh", "找不到"),
        ("/demos/tiny/de/", "Fant ikke"),
        ("/demos/nothing/en/", "Not found"),
        ("/demos/tiny/en/nothing", "Not found"),
        ("/%2e%2e/%2e%2e/etc/passwd", "Fant ikke"),
    ],
)
def test_what_is_not_there_is_said_in_the_language_of_the_address(
    server: Running, path: str, title: str
) -> None:
    answer = server.ask(path)
    assert (answer.status, title in answer.text) == (404, True), answer.text


def test_a_site_that_is_built_again_is_served_as_it_is_now(server: Running, folder: Path) -> None:
    page = folder / "site" / "en" / "new" / "index.html"
    assert server.ask("/en/new/").status == 404
    page.parent.mkdir()
    page.write_text("<h1>New</h1>")
    assert server.ask("/en/new/").text == "<h1>New</h1>"
    page.unlink()
    page.parent.rmdir()
    assert server.ask("/en/new/").status == 404


@pytest.mark.parametrize("text", ["{", "\ufeff", ""])
def test_a_damaged_list_of_old_addresses_is_one_sentence_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, text: str
) -> None:
    (tmp_path / "legacy.json").write_text(text, encoding="utf-8")
    assert read_legacy(tmp_path) == {}
    assert "Build the site again" in caplog.text


def test_pages_are_asked_for_each_time_and_hashed_files_never_again(server: Running) -> None:
    page = server.ask("/")
    assert page.headers["Cache-Control"] == "no-cache"
    again = server.ask("/", **{"If-None-Match": page.headers["ETag"]})
    assert (again.status, again.body) == (304, b"")
    assert "immutable" in server.ask("/app.0123abcd.min.js").headers["Cache-Control"]


def test_pages_are_compressed_for_those_who_can_read_it(server: Running) -> None:
    path = "/zh/glossary/x/"
    plain, packed = server.ask(path), server.ask(path, **{"Accept-Encoding": "gzip"})
    assert plain.headers["Content-Encoding"] is None
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.body) < len(plain.body)
