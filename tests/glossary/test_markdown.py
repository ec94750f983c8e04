"""Terms are linked where they are prose, once, on the parsed tree; and nothing else changes."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from pathlib import Path

import markdown
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown.preprocessors import Preprocessor

from glossary.links import Linker
from glossary.markdown import Page, TermLinks
from glossary.model import Problem
from tests.glossary import gold
from tests.glossary.test_load import write

EXTENSIONS = [
    *("abbr", "admonition", "attr_list", "def_list", "footnotes", "md_in_html", "smarty", "tables", "toc"),
    *("pymdownx.arithmatex", "pymdownx.details", "pymdownx.superfences", "pymdownx.inlinehilite"),
    "pymdownx.tabbed",
]
LINKERS = {lang: Linker(gold.termbase("ai"), lang) for lang in gold.LANGUAGES}


class TermReader(HTMLParser):
    """Collects what is inside term links."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[tuple[str, str]] = []
        self.open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "a" and values.get("class") == "term":
            self.links.append(("", values["data-term"] or ""))
            self.open = True

    def handle_endtag(self, tag: str) -> None:
        self.open = self.open and tag != "a"

    def handle_data(self, data: str) -> None:
        if self.open:
            text, id = self.links[-1]
            self.links[-1] = (text + data, id)


def render(source: str, lang: str = "en", *, plain: bool = False, **options: object) -> str:
    page = Page(LINKERS[lang], url_for="/glossary/{}/".format, **options)  # type: ignore[arg-type]
    extensions = [] if plain else EXTENSIONS
    return markdown.markdown(source, extensions=[*extensions, TermLinks(page)])


def linked(source: str, lang: str = "en", **options: object) -> list[tuple[str, str]]:
    reader = TermReader()
    reader.feed(render(source, lang, **options))  # type: ignore[arg-type]
    reader.close()
    return reader.links


def words(source: str, lang: str = "en", **options: object) -> list[str]:
    return [text for text, _ in linked(source, lang, **options)]


def test_a_link_is_what_scripts_rely_on() -> None:
    expected = '<p>A <a class="term" data-term="generator" href="/glossary/generator/">generator</a>.</p>'
    assert render("A generator.") == expected


def test_only_the_first_mention_is_linked() -> None:
    assert words("The generator and the generators.\n\nA *generator* again, and a discriminator.") == [
        "generator",
        "discriminator",
    ]


def test_the_first_mention_under_each_heading_by_option() -> None:
    source = "A generator.\n\n## More\n\nA generator, a generator."
    assert words(source) == ["generator"]
    assert words(source, per_section=True) == ["generator", "generator"]


def test_what_another_text_of_the_page_mentioned_is_not_linked_again() -> None:
    assert words("A generator and a token.", seen=["generator"]) == ["token"]


def test_the_pages_own_concept_is_not_linked_nor_what_is_inside_it() -> None:
    assert words("A large language model is a language model.", own="large-language-model") == [
        "language model"
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("A latent *space*.", '<p>A <a href="/latent-space">latent <em>space</em></a>.</p>'),
        ("A *latent* space.", '<p>A <a href="/latent-space"><em>latent</em> space</a>.</p>'),
        (
            "A *latent* **space**.",
            '<p>A <a href="/latent-space"><em>latent</em> <strong>space</strong></a>.</p>',
        ),
        (
            "A **latent *space***.",
            '<p>A <a href="/latent-space"><strong>latent <em>space</em></strong></a>.</p>',
        ),
        ("A *latent space* b", '<p>A <em><a href="/latent-space">latent space</a></em> b</p>'),
        ("A latent\nspace.", '<p>A <a href="/latent-space">latent\nspace</a>.</p>'),
        ("A latent&nbsp;space.", '<p>A <a href="/latent-space">latent&nbsp;space</a>.</p>'),
        ("*No latent* space.", "<p><em>No latent</em> space.</p>"),
        ("latent `space`", "<p>latent <code>space</code></p>"),
        (
            "*Generators*, a *latent* space, *GANs*",
            '<p><em><a href="/generator">Generators</a></em>, '
            'a <a href="/latent-space"><em>latent</em> space</a>, <em><a href="/gan">GANs</a></em></p>',
        ),
    ],
)
def test_terms_across_inline_markup(source: str, expected: str) -> None:
    link = re.compile(r'class="term" data-term="[^"]*" href="/glossary/([^"]*)/"')
    assert link.sub(r'href="/\1"', render(source, plain=True)) == expected


# What the table on the page Contributing says: each place, for a mention; whether it is linked by itself
# there, and by hand.
PLACES = [
    ("{}", True, True),
    ("- {}", True, True),
    ("> {}", True, True),
    ("!!! note\n    {}", True, True),
    ("a[^1]\n\n[^1]: {}", True, True),
    ("{}\n:   x", True, True),
    ("x\n:   {}", True, True),
    ("| a | b |\n|---|---|\n| {} | x |", True, True),
    ('=== "x"\n    {}', True, True),
    ('??? note "x"\n    {}', True, True),
    ("<details markdown><summary>x</summary>\n\n{}\n\n</details>", True, True),
    ("{}\n\n*[generator]: x", True, True),
    ("## {}", False, True),
    ('!!! note "{}"\n    x', False, True),
    ('=== "{}"\n    x', False, True),
    ('??? note "{}"\n    x', False, True),
    ("| {} | b |\n|---|---|\n| x | x |", False, True),
    ("[{}](x.md)", False, False),
    ("![{}](x.png)", False, False),
    ("`{}`", False, False),
    ("\\({}\\)", False, False),
    ("```mermaid\ngraph TD; {}-->x\n```", False, False),
    ("<div>{}</div>", False, False),
    ("https://example.org/{}", False, False),
    ("<q>{}</q>", False, True),
    ('<div markdown lang="nb">\n\n{}\n\n</div>', False, True),
    ("> {}\n{{.no-terms}}", False, True),
]


@pytest.mark.parametrize(("place", "by_itself", "by_hand"), PLACES)
def test_the_place_decides_what_is_linked(place: str, by_itself: bool, by_hand: bool) -> None:
    link = "[[generator\\|it]]" if place.startswith("|") else "[[generator|it]]"
    assert [id for _, id in linked(place.format("generator"))] == ["generator"] * by_itself
    if by_hand:
        assert [id for _, id in linked(place.format(link))] == ["generator"]


@pytest.mark.parametrize(
    "source",
    [
        "# The generator",
        "The generator\n===",
        "`generator`",
        "``a generator`` and `` `generator` ``",
        "    generator",
        "```\ngenerator\n```",
        "```python hl_lines='1'\ngenerator = 1\n```",
        "[the generator](x.md)",
        "[the *generator*][1]\n\n[1]: x",
        "![generator](x.png)",
        '<a href="x">the generator</a>',
        "<kbd>generator</kbd> <button>generator</button> <q>generator</q> <samp>generator</samp>",
        "<KBD>generator</KBD>",
        '<span class="no-terms">generator</span>',
        '<div markdown class="no-terms">\ngenerator\n</div>',
        '<div markdown><p markdown class="no-terms">generator</p></div>',
        "<div>generator</div>",
        "<!-- generator -->",
        "> A generator.\n{.no-terms}",
        "A generator.\n{: .no-terms }",
        "*generator*{.no-terms}",
        '*generator*{lang="nb"}',
        '!!! note "The generator"\n    x',
        '??? note "The generator"\n    x',
        "| generator |\n|---|\n| x |",
        "$generator$ and $$generator$$",
        "\\(generator\\)\n\n\\[\ngenerator\n\\]",
        "https://example.org/generator/ and <https://example.org/generator>",
        "generator\\_loss and generator.py",
        "co\\-generator",
    ],
)
def test_what_is_no_prose_is_not_linked(source: str) -> None:
    assert linked(source) == []


@pytest.mark.parametrize(
    "source",
    [
        "> A generator.",
        "* A generator\n* b",
        "1. A generator",
        "| a |\n|---|\n| generator |",
        "!!! note\n    A generator.",
        "<div markdown>\nA generator.\n</div>",
        "Note[^1].\n\n[^1]: A generator.",
        "a\n:   A generator.",
        "A &amp; generator, $5 and $6.",
        "<b>A</b> generator <kbd>x</kbd>.",
        "<kbd>x\n\nA generator.",
        "A generator's.\n\n*[ABC]: abc",
        '*generator*{lang="en"}',
        "~~x~~ ==generator==",
    ],
)
def test_prose_is_linked_wherever_it_stands(source: str) -> None:
    assert [id for _, id in linked(source)] == ["generator"]


def test_abbreviations_keep_their_explanation() -> None:
    assert '<abbr title="x"><a class="term"' in render("A GAN.\n\n*[GAN]: x")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("[[generator]]", [("generator", "generator")]),
        ("[[generator|the artist]]", [("the artist", "generator")]),
        ("[[ generator | *the* artist ]]", [(" the artist ", "generator")]),
        ("[[generator]]s work", [("generators", "generator")]),
        ("# [[generator]]\n\nA generator.", [("generator", "generator")]),
        ("[[generator]] [[generator]]", [("generator", "generator")] * 2),
        ("A generator and [[generator]].", [("generator", "generator")] * 2),
        ("| [[generator]] |\n|---|\n| a generator |", [("generator", "generator")]),
        ("| a | b |\n|---|---|\n| [[generator\\|*the* artist]] | b |", [("the artist", "generator")]),
        ("[[generator|a \\* `b`]]", [("a * b", "generator")]),
        ("`[[generator]]`", []),
        ("```\n[[generator]]\n```", []),
        ("\\[[generator]]", [("generator", "generator")]),
        ("[[generator", [("generator", "generator")]),
        ("[generator][1]\n\n[1]: x", []),
    ],
)
def test_links_by_hand(source: str, expected: list[tuple[str, str]]) -> None:
    assert linked(source) == expected


def test_a_manual_link_to_the_pages_own_concept_stands() -> None:
    assert linked("[[generator]]", own="generator") == [("generator", "generator")]


def test_a_manual_link_is_named_in_the_pages_language() -> None:
    assert linked("[[latent-space]]ene og [[latent-space]]", "nb") == [
        ("latent romene", "latent-space"),
        ("latent rom", "latent-space"),
    ]
    assert linked("[[latent-space]]里有脸", "zh") == [("潜在空间", "latent-space")]


def test_unknown_ids_are_reported_with_file_and_line() -> None:
    problems: list[Problem] = []
    code = "`[[generatr]]` and\n\n```\n[[generatr]]\n```\n\n"
    source = f"Text.\n\n{code}See [[generatr]].\n\n[[nothing-like-it|x]] [[generatr|y]]"
    text = render(source, file="help/gan.en.md", first_line=5, on_problem=problems.append)
    assert [(problem.code, problem.file, problem.line, problem.lang) for problem in problems] == [
        ("T120", "help/gan.en.md", 13, "en"),
        ("T120", "help/gan.en.md", 15, "en"),
        ("T120", "help/gan.en.md", 15, "en"),
    ]
    assert problems[0].message == "there is no concept “generatr” to link to"
    assert [problem.fix for problem in problems] == [
        "did you mean “generator”?",
        "link to a concept of the termbase",
        "did you mean “generator”?",
    ]
    assert "[[nothing-like-it|x]]" in text, "what cannot be linked stays as it was written"


def test_double_brackets_of_other_tools_are_left_to_them() -> None:
    problems: list[Problem] = []
    source = (
        "# Title[[my-anchor]]\n\n[[My page]], [[image.png]], [[generatr]].\n\n| a |\n|---|\n| [[gan|x]] |"
    )
    text = render(source, is_shared=True, on_problem=problems.append)
    assert all(link in text for link in ("[[my-anchor]]", "[[My page]]", "[[image.png]]"))
    assert [(problem.line, problem.severity, problem.fix) for problem in problems] == [
        (3, "warning", "did you mean “generator”?"),
        (7, "error", "write [[gan\\|…]] in a table"),
    ]


def test_linked_concepts_are_noted_in_order_and_anew_for_every_page() -> None:
    links = TermLinks(Page(LINKERS["en"], url_for=str))
    md = markdown.Markdown(extensions=[links])
    md.convert("## [[gan]]\n\nThe discriminator, the generator and the discriminator.")
    assert list(links.linked) == ["gan", "discriminator", "generator"]
    md.reset().convert("Tokens.")
    assert list(links.linked) == ["token"]


class Docstrings(Preprocessor):
    """Converts a text of its own in the middle of a page, as mkdocstrings does."""

    def run(self, lines: list[str]) -> list[str]:
        for text in ("A token, a generator.", "A [[gan]], a token.", "[[nothing]]"):
            inner = markdown.Markdown(extensions=[self.links])
            lines = [*lines, "", self.md.htmlStash.store(inner.convert(text))]
        return lines


def test_texts_converted_inside_a_page_are_part_of_it() -> None:
    problems: list[Problem] = []
    page = Page(LINKERS["en"], url_for=str, first_line=5, on_problem=problems.append)
    links = TermLinks(page)
    md = markdown.Markdown(extensions=[links])
    inside = Docstrings(md)
    inside.links = links  # type: ignore[attr-defined]
    md.preprocessors.register(inside, "docstrings", 0)
    html = md.convert("A discriminator.\n\nA generator. [[generatr]]")
    assert re.findall('data-term="([^"]*)"', html) == [
        *("discriminator", "generator"),  # the first mentions in the page's own text
        *("token", "generator", "gan"),  # and in those inside it
    ]
    assert set(links.linked) == {"discriminator", "generator", "token", "gan"}
    assert [(problem.line, problem.message) for problem in problems] == [
        (0, "there is no concept “nothing” to link to"),
        (7, "there is no concept “generatr” to link to"),
    ]


def test_without_a_page_nothing_happens() -> None:
    assert (
        markdown.markdown("A generator, [[generator]].", extensions=[TermLinks()])
        == "<p>A generator, [[generator]].</p>"
    )


def test_a_host_that_knows_only_options(tmp_path: Path) -> None:
    options = {"termbase": str(write(tmp_path, {})), "lang": "nb", "url": "/ord/{id}.html"}
    text = markdown.markdown(
        "Generatoren.", extensions=["glossary.markdown"], extension_configs={"glossary.markdown": options}
    )
    assert text == '<p><a class="term" data-term="generator" href="/ord/generator.html">Generatoren</a>.</p>'


def test_addresses_and_texts_are_escaped() -> None:
    page = Page(LINKERS["en"], url_for=lambda id: f'"><script>{id}&')
    text = markdown.markdown("A generator.", extensions=[TermLinks(page)])
    assert "<script>" not in text
    assert "&amp;" in text


def test_chinese_prose() -> None:
    source = "**生成 对抗**\n网络由*生成*器和判别器组成，GAN模型`生成器`。"
    assert linked(source, "zh") == [
        ("生成 对抗\n网络", "gan"),
        ("生成器", "generator"),
        ("判别器", "discriminator"),
    ]


def text_of(rendered: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", rendered))


PIECES = [
    "generator",
    "latent",
    "space",
    " ",
    " ",
    "\n",
    "\n\n",
    "*",
    "**",
    "`",
    "_",
    "[",
    "](x)",
    "[[generator]]",
    "> ",
    "# ",
]


@settings(max_examples=150, deadline=None)
@given(pieces=st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=20))
def test_linking_changes_nothing_but_links(pieces: list[str]) -> None:
    """Taking the automatic links away gives back what Markdown makes without them."""
    source = "".join(piece for piece in pieces if piece != "[[generator]]")
    without = markdown.markdown(source)
    opened = re.compile(r'<a class="term" data-term="[^"]*" href="/glossary/[^"]*">')
    with_links = render(source, plain=True)
    if "[[" not in source:
        stripped = opened.sub("", with_links)
        assert stripped.count("</a>") - without.count("</a>") == len(opened.findall(with_links))
        assert text_of(with_links) == text_of(without)


@settings(max_examples=100, deadline=None)
@given(pieces=st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=20))
def test_any_markdown_gives_each_concept_one_automatic_link_at_most(pieces: list[str]) -> None:
    source = "".join(piece for piece in pieces if piece != "[[generator]]")
    ids = [id for _, id in linked(source) if "[[" not in source]
    assert len(ids) == len(set(ids))
