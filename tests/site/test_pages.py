"""Small parts of pages."""

from __future__ import annotations

import io
from pathlib import Path

import markdown
import pytest
from PIL import Image

from glossary.addresses import Addresses, relative
from glossary.pages.markup import markdown_text, webp_size
from tests.site.html import parse


@pytest.mark.parametrize(
    ("target", "page", "link"),
    [
        ("", "", "./"),
        ("", "glossary/gan/", "../../"),
        ("glossary/gan/", "", "glossary/gan/"),
        ("glossary/gan/", "glossary/gan/", "./"),
        ("glossary/gan/#demo", "glossary/x/", "../gan/#demo"),
        ("en/glossary/gan/", "zh/glossary/gan/", "../../../en/glossary/gan/"),
        ("assets/a.webp", "en/x.html", "../assets/a.webp"),
    ],
)
def test_links_are_relative(target: str, page: str, link: str) -> None:
    assert relative(target, page) == link


@pytest.mark.parametrize(
    ("directories", "path", "address"),
    [
        (True, "help/gan.md", "en/help/gan/"),
        (False, "help/gan.md", "en/help/gan.html"),
        (True, "help/index.md", "en/help/"),
        (False, "index.md", "en/index.html"),
        (True, "index.md", "en/"),
    ],
)
def test_files_become_addresses_as_the_host_makes_them(directories: bool, path: str, address: str) -> None:
    assert Addresses(("nb", "en"), "nb", directories).of_file("en", path) == address


@pytest.mark.parametrize(
    "text",
    [
        "a*b*",
        "_x_ `y`",
        "1. C# & C++",
        "<b>",
        "[a](b) ![c]",
        "~~x~~ ^y^",
        "a {: #b }",
        "&amp;",
        "# x",
        "*[GAN]: x",
        "p(x | y)",
    ],
)
def test_text_as_markdown_shows_that_text(text: str) -> None:
    html = markdown.markdown(
        f"# {markdown_text(text)} {{: #id }}", extensions=["attr_list", "tables", "abbr"]
    )
    [headline] = parse(html).all("h1")
    assert headline.text == text
    assert headline.attributes == {"id": "id"}


@pytest.mark.parametrize(
    "options", [{"quality": 50}, {"lossless": True}, {"quality": 50, "exif": b"Exif\0\0"}]
)
def test_size_of_a_webp_picture(options: dict[str, object], tmp_path: Path) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (640, 321), (10, 20, 30)).save(picture, "webp", **options)  # type: ignore[arg-type]
    path = tmp_path / "still.webp"
    path.write_bytes(picture.getvalue())
    assert webp_size(path) == (640, 321)


def test_size_of_something_else_is_unknown(tmp_path: Path) -> None:
    path = tmp_path / "still.webp"
    path.write_bytes(b"no picture")
    assert webp_size(path) is None
