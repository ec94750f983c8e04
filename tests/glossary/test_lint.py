"""Rules about prose: what they find, what they leave alone, and what `--fix` and silences make of it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glossary import lengths
from glossary.__main__ import main
from glossary.check import CODES, REPORTED, RULES, check
from glossary.lint.reference import SERIES, descriptions
from glossary.lint.rule import Facts
from glossary.load import CODES as LOADING
from glossary.load import load
from glossary.model import Language, Problem

FILES = {
    "mkdocs.yml": """\
site_name: Tiny
markdown_extensions:
  - admonition
  - attr_list
  - footnotes
  - md_in_html
  - tables
  - toc: {permalink: true, slugify: !!python/name:markdown.extensions.toc.slugify_unicode {}}
""",
    "glossary/languages.yml": """\
nb: {name: Norsk bokmål, order: norwegian, stemmer: norwegian}
en: {name: English, stemmer: english, reference: true}
zh: {name: 简体中文, html: zh-Hans, order: pinyin, segment: han}
""",
    "glossary/subjects.yml": "models: {nb: modeller, en: models, zh: 模型}\n",
    "glossary/terms/neural-network.yml": """\
subject: models
related: [latent-space, variational-autoencoder]
nb:
  terms:
    - {term: nevralt nettverk, gender: n, forms: [nevrale nettverk]}
    - {term: neuralt nettverk, status: deprecated, note: feilskriving}
    - {term: neuronnett, status: superseded}
  definition: modell av regneenheter i lag
en:
  terms:
    - neural network
    - {term: NN, type: abbreviation}
    - {term: nerve net, status: deprecated}
    - {term: agent web, status: deprecated}
    - {term: neuron, status: deprecated, link: false}
  definition: model made of layers of units
zh:
  terms: [{term: 神经网络, pinyin: shénjīng wǎngluò}, {term: 神经系统网, status: deprecated, note: 误译}]
  definition: 由多层单元组成的模型
""",
    "glossary/terms/latent-space.yml": """\
subject: models
nb:
  terms:
    - {term: latent rom, gender: n, forms: [latente rommet, latente rommene]}
    - {term: lantent rom, status: deprecated}
    - {term: skjult område, status: deprecated}
  definition: vektorrom der hvert punkt er en kode
en:
  terms: [latent space, {term: lantent space, status: deprecated, note: misspelling}]
  definition: vector space in which every point is a code
zh:
  terms: [{term: 潜在空间, pinyin: qiánzài kōngjiān}]
  definition: 每个点都是编码的向量空间
""",
    "glossary/terms/variational-autoencoder.yml": """\
subject: models
nb:
  terms:
    - {term: variasjonell autoenkoder, gender: m}
    - {term: VAE, type: abbreviation, gender: m}
    - {term: variasjon autoenkoder, status: deprecated}
    - {term: VAK, type: abbreviation, status: deprecated}
  definition: nett med enkoder og dekoder
en:
  terms: [variational autoencoder, {term: VAE, type: abbreviation}]
  definition: net of an encoder and a decoder
zh:
  terms: [{term: 变分自编码器, pinyin: biànfēn zìbiānmǎqì}, {term: VAE, type: abbreviation}]
  definition: 由编码器和解码器组成的网络
""",
}


def write(folder: Path, pages: dict[str, str], files: dict[str, str] | None = None) -> Path:
    """A project with these pages below `docs`; a page's language is in its name. Returns the termbase."""
    for name, text in {**FILES, **(files or {}), **{f"docs/{k}": v for k, v in pages.items()}}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return folder / "glossary"


def findings(folder: Path, pages: dict[str, str], files: dict[str, str] | None = None) -> list[Problem]:
    return check(load(write(folder, pages, files)), folder)


def on_page(folder: Path, lang: str, text: str) -> list[tuple[str, int]]:
    """Codes and lines of what is found on one page."""
    return [(problem.code, problem.line) for problem in findings(folder, {f"page.{lang}.md": text})]


def fixed(folder: Path, lang: str, text: str) -> str:
    """The page after `--fix`."""
    write(folder, {f"page.{lang}.md": text})
    main(["check", "--fix", str(folder / "glossary")])
    return (folder / "docs" / f"page.{lang}.md").read_bytes().decode()


# T201: deprecated words

WORDS = [
    ("nb", "Et neuralt nettverk lærer.", "Et nevralt nettverk lærer."),
    ("nb", "Neurale nettverk lærer.", "Nevrale nettverk lærer."),
    ("nb", "De neurale nettverkenes vekter.", "De nevrale nettverkenes vekter."),
    ("nb", "NEURALT NETTVERK", "NEVRALT NETTVERK"),
    ("nb", "Alt om det *lantente* rommet.", None),
    ("nb", "I det lantente rommet.", "I det latente rommet."),
    ("nb", "Variasjon autoenkodere er små.", None),
    ("nb", "En variasjon autoenkoder er liten.", "En variasjonell autoenkoder er liten."),
    ("nb", "Den variasjon autoenkoderen er liten.", None),
    ("nb", "VAK-en er liten, og VAK er kort.", "VAE-en er liten, og VAE er kort."),
    ("nb", "Bruk VAK.", None),
    ("nb", "Et skjult område er rart.", "Et latent rom er rart."),
    ("nb", "Det skjulte området er rart.", None),
    ("nb", "Neuronnettet er dypt.", None),
    ("en", "Walk through the lantent space.", "Walk through the latent space."),
    ("en", "Lantent spaces are vast.", "Latent spaces are vast."),
    ("en", "# The Lantent Spaces", "# The Latent Spaces"),
    ("en", "A lantent\nspace is vast.", "A latent\nspace is vast."),
    (
        "en",
        "Two nerve nets and the nerve net's weights.",
        "Two neural networks and the neural network's weights.",
    ),
    ("en", "An agent web learns.", None),
    ("en", "The agent web learns.", "The neural network learns."),
    (
        "en",
        "> - A nerve net.\n>   A second nerve net.",
        "> - A neural network.\n>   A second neural network.",
    ),
    ("en", "# Nerve nets\n\n**Nerve nets** learn.", "# Neural networks\n\n**Neural networks** learn."),
    (
        "en",
        "| Nerve net | x |\n| --- | --- |\n| nerve net | y |",
        "| Neural network | x |\n| --- | --- |\n| neural network | y |",
    ),
    ("zh", "神经系统网能学习。", "神经网络能学习。"),
]


@pytest.mark.parametrize(("lang", "text", "better"), WORDS)
def test_a_deprecated_word_is_found_and_fixed_where_that_is_safe(
    lang: str, text: str, better: str | None, tmp_path: Path
) -> None:
    found = [code for code, _ in on_page(tmp_path, lang, text)]
    assert "T201" in found
    after = fixed(tmp_path, lang, text)
    assert after == (better or text)
    assert fixed(tmp_path, lang, after) == after


WORDS_THAT_ONLY_LOOK_DEPRECATED = [
    ("nb", "Mange skriver «neuralt nettverk», og det er feil."),
    ("en", 'Do not write "nerve net" here.'),
    ("en", "Run `nerve net`.\n\n    nerve net\n\n```\nnerve net\n```"),
    ("en", "[the paper](https://example.org/nerve-net 'x') on <span data-x='nerve net'>it</span>"),
    ("en", "---\nicon: nerve net\ntags: [nerve net]\n---\n\n# Text\n"),
    ("en", "A nerve network, or nerve-net-like, or a neuron."),
    ("en", "<!-- nerve net -->\n\n$nerve net$"),
    ("nb", "Nå har Google VAK, og VAK Lab er et sted."),
    ("en", '<p lang="nb" markdown>nerve net</p>'),
    ("zh", "神经系统，网络。"),
]


def test_the_message_says_why_and_what_instead(tmp_path: Path) -> None:
    (problem,) = findings(tmp_path, {"sub/page.en.md": "---\ntitle: x\n---\n\n# Text\n\nThe lantent spaces."})
    assert problem.message == "“lantent spaces” is deprecated (misspelling)"
    assert problem.fix == "write “latent spaces”"
    assert (problem.code, problem.severity, problem.line, problem.lang) == ("T201", "warning", 7, "en")
    assert problem.file.endswith("docs/sub/page.en.md")


def test_a_form_that_another_concept_may_use_is_no_finding(tmp_path: Path) -> None:
    other = """\
subject: models
related: [latent-space]
nb: {terms: [{term: nervenett, gender: n}], definition: dyrs nerver}
en: {terms: [nerve net], definition: tissue of simple animals}
zh: {terms: [{term: 神经网, pinyin: shénjīngwǎng}], definition: 动物组织}
"""
    assert findings(tmp_path, {"x.en.md": "A nerve net."}, {"glossary/terms/nerve-net.yml": other}) == []


def test_texts_of_concepts_are_read_and_fixed_too(tmp_path: Path) -> None:
    """In every way that YAML writes a text; comments and the other bytes stay."""
    styles = {
        "explanation: A nerve net. # why": "explanation: A neural network. # why",
        "explanation: 'It''s a nerve net.'": "explanation: 'It''s a neural network.'",
        'explanation: "A \\"big\\" nerve\n    net."': 'explanation: "A \\"big\\" neural network."',
        "explanation: |\n    # x\n\n    A `nerve net`, a nerve net.": "explanation: |\n    # x\n\n"
        "    A `nerve net`, a neural network.",
        "example: >\n    One\n    two.\n    The nerve\n    net.\n    # y": "example: >\n    One\n    two.\n"
        "    The neural network.\n    # y",
    }
    name = "glossary/terms/latent-space.yml"
    for number, (text, better) in enumerate(styles.items()):
        definition = "definition: vector space in which every point is a code"
        before = FILES[name].replace(definition, f"{definition}  # ok\n  {text}")
        folder = tmp_path / str(number)
        (problem,) = findings(folder, {}, {name: before})
        assert (problem.code, problem.id, problem.lang) == ("T201", "latent-space", "en")
        offset = before.index("nerve", before.rindex("`") if "`" in text else 0)
        assert problem.line == before.count("\n", 0, offset) + 1
        assert main(["check", "--fix", str(folder / "glossary")]) == 0
        assert (folder / name).read_text("utf-8") == before.replace(text, better)


def test_what_cannot_be_fixed_without_changing_more_is_only_reported(tmp_path: Path) -> None:
    """In double quotes, YAML's escapes hide the word: it is found, and left to a person."""
    name = "glossary/terms/latent-space.yml"
    definition = "definition: vector space in which every point is a code"
    text = FILES[name].replace(definition, f'{definition}\n  example: "A \\x6eerve net."')
    assert [p.code for p in findings(tmp_path, {}, {name: text})] == ["T201"]
    assert main(["check", "--fix", str(tmp_path / "glossary")]) == 1
    assert (tmp_path / name).read_text("utf-8") == text


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("x.en.md", "T201"),
        ("en/x.md", "T201"),
        ("deep/er/x.en.md", "T201"),
        ("x.md", None),
        ("x.de.md", None),
        ("x.en.txt", None),
    ],
)
def test_the_language_of_a_page_is_in_its_name(path: str, code: str | None, tmp_path: Path) -> None:
    assert [problem.code for problem in findings(tmp_path, {path: "A nerve net."})] == [code] * bool(code)


WORDS_AND_MARKUP = [
    *("alpha", "beta", "gamma", "*delta*", "`code`", "[link](to.md 'title')", "\\*", "&amp;", "<b>bold</b>"),
    *("\n", "\n\n", " ", ", ", "# ", "> ", "- ", "1. ", "    ", "| a | b |\n|---|---|\n| c | d |\n", "[^1]"),
    *(
        "[^1]: note",
        "```\nalpha\n```",
        "**beta** gamma",
        "[[latent-space|alpha]]",
        "<div markdown>\n",
        "</div>",
    ),
    *("!!! note\n    ", "$alpha$", "<!-- alpha -->", "\n* * *\n", "![alpha](a.png)", "{: .beta }"),
]


@given(pieces=st.lists(st.sampled_from(WORDS_AND_MARKUP), max_size=14))
@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_a_reader_reads_is_found_again_where_it_was_written(pieces: list[str], tmp_path: Path) -> None:
    """Every word of the prose has its own place in the file, and the same word stands there."""
    source = "---\ntitle: alpha\n---\n" + "".join(pieces)
    folder = write(tmp_path, {"x.en.md": source})
    (page,) = Facts(load(folder), tmp_path).pages
    places = []
    for word in re.finditer(r"alpha|beta|gamma|delta", page.prose):
        place = page.place(*word.span())
        if place.span:
            assert source[slice(*place.span)] == word[0]
            assert place.line == source.count("\n", 0, place.span[0]) + 1
            places.append(place.span)
    assert len(places) == len(set(places))


# T202: abbreviations


@pytest.mark.parametrize(
    ("lang", "text", "lines"),
    [
        ("en", "# VAE\n\nA VAE is small.\n\nA VAE again.", [3]),
        ("en", "A variational autoencoder (VAE) is small. A VAE.", []),
        ("en", "A VAE (variational autoencoder) is small.", []),
        ("en", "A VAE, or\n[variational autoencoder](https://example.org), is small.", []),
        ("en", "A VAE is small.\n\nA variational autoencoder is too.", [1]),
        ("en", "# Variational autoencoder\n\nThe VAE is small.", []),
        ("en", "The word “VAE” is odd. VAEs!", [1]),
        ("en", "Read Microsoft's VAE for Beginners, then the VAE Book.", []),
        ("en", "See VAE and Friends.\n\nA VAE is small.", [3]),
        ("nb", "VAE-er er små.", [1]),
        ("nb", "Variasjonelle autoenkodere (VAE-er) er små.", []),
        ("nb", "En variasjonell autoenkoder (VAE) er liten.", []),
        ("zh", "VAE 很小。", [1]),
        ("zh", "变分自编码器（VAE）很小。VAE 很快。", []),
    ],
)
def test_abbreviations_are_spelled_out_first(lang: str, text: str, lines: list[int], tmp_path: Path) -> None:
    assert [line for code, line in on_page(tmp_path, lang, text) if code == "T202"] == lines


# T203, T204: links


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("# The latent space\n\nIt is vast.", [("T203", 1)]),
        ("# The latent space\n\nA latent space is vast.", []),
        ("# The latent space\n\nSee [[latent-space|there]].", []),
        ("# The latent space\n\nSee [there](glossary/latent-space/index.md#demo).", []),
        ("| Latent space | x |\n| --- | --- |\n| y | z |", [("T203", 1)]),
        ("Read [about latent space](other.md).", []),
        ("A latent *space is* vast.", [("T203", 1)]),
    ],
)
def test_a_page_leads_to_the_concepts_it_names(text: str, codes: list[object], tmp_path: Path) -> None:
    assert on_page(tmp_path, "en", text) == codes


def test_a_form_of_two_concepts_wants_a_link_by_hand(tmp_path: Path) -> None:
    name = "glossary/terms/neural-network.yml"
    files = {
        name: FILES[name].replace(
            "- neural network\n", "- neural network\n    - {term: webs, forms: [latent space]}\n"
        )
    }
    pages = {"x.en.md": "Some text.\n\nA latent space. A latent space."}
    (problem,) = (p for p in findings(tmp_path, pages, files) if p.code == "T203")
    assert problem.message == "“latent space” may mean latent-space or neural-network, so it is not linked"
    assert (problem.line, problem.fix) == (3, "say which one is meant: [[latent-space|latent space]]")


def test_a_concept_that_nothing_leads_to(tmp_path: Path) -> None:
    alone = """\
subject: models
nb: {terms: [{term: frø, gender: n}], definition: starttall}
en: {terms: [random seed], definition: starting value}
zh: {terms: [{term: 随机种子, pinyin: suíjī zhǒngzi}], definition: 起始值}
"""
    files = {"glossary/terms/random-seed.yml": alone}
    (problem,) = findings(tmp_path, {"index.en.md": "# Text"}, files)
    assert (problem.code, problem.id) == ("T204", "random-seed")
    assert findings(tmp_path, {"index.en.md": "# Text\n\nTake a random seed."}, files) == []
    (tmp_path / "docs" / "index.en.md").unlink()
    assert findings(tmp_path, {}, files) == []  # without pages there is nothing that could mention it


# T301–T303: signs

SIGNS = [
    ("zh", "先训练,再生成.", "先训练，再生成。", "T301"),
    ("zh", "先训练, 再生成; 然后呢? 好!", "先训练，再生成；然后呢？好！", "T301"),
    ("zh", "说明:模型", "说明：模型", "T301"),
    ("zh", "模型 (生成器) 很大", "模型（生成器） 很大", "T301"),
    ("zh", "模型(GAN)很大", "模型（GAN）很大", "T301"),
    ("zh", "使用,`x`", "使用，`x`", "T301"),
    ("zh", "**模型**,很大", None, "T301"),
    ("zh", '这叫"潜在"。', "这叫“潜在”。", "T302"),
    ("nb", 'Det heter "latent".', "Det heter «latent».", "T302"),
    ("nb", "Det heter “latent”.", "Det heter «latent».", "T302"),
    ("nb", "Det heter „latent“.", "Det heter «latent».", "T302"),
    ("nb", "Det heter ”latent”, ikke “skjult”.", "Det heter «latent», ikke «skjult».", "T302"),
    ("nb", '"Et *stort* rom", sa hun.', "«Et *stort* rom», sa hun.", "T302"),
    ("nb", '- "En"\n- "To"', "- «En»\n- «To»", "T302"),
    ("nb", "Feilen er 0.5 prosent.", "Feilen er 0,5 prosent.", "T303"),
    ("nb", "Feilen er 12.25 %, altså mye.", "Feilen er 12,25 %, altså mye.", "T303"),
    (
        "nb",
        "De tok 3.5 millioner bilder på 2.5 sekunder.",
        "De tok 3,5 millioner bilder på 2,5 sekunder.",
        "T303",
    ),
]


@pytest.mark.parametrize(("lang", "text", "better", "code"), SIGNS)
def test_signs_of_another_language(
    lang: str, text: str, better: str | None, code: str, tmp_path: Path
) -> None:
    assert code in [found for found, _ in on_page(tmp_path, lang, text)]
    after = fixed(tmp_path, lang, text)
    if better is not None:
        assert after == better
        assert on_page(tmp_path, lang, after) == []
    assert fixed(tmp_path, lang, after) == after


SIGNS_THAT_ARE_RIGHT = [
    ("zh", "训练，再生成。“潜在”（GAN）！"),
    ("zh", "使用 `print(x, y)` 函数 f(x, y)，地址 https://example.org/a,b?c 好"),
    ("zh", "比例是 3:4，时间 14:30，共 1,000 张，占 0.5%。"),
    ("zh", "论文 Generative Adversarial Nets (Goodfellow et al., 2014) 提出"),
    ("zh", "公式 $p(x), q(y)$ 与 <span title='中,文'>标签</span>"),
    ("zh", "```\n中,文\n```\n\n[链接](a.md '中,文')"),
    ("zh", "他说 OK, fine. 然后走了"),
    ("zh", "版本 v1.2.3。文件 a.txt。"),
    ("zh", "联合分布 *p*(图片, 类别) 与 f(图片;类别)。"),
    ("nb", "Det heter «latent», og ‘indre’ er også lov. Bob's."),
    ("nb", 'Bruk `print("x")` på en skjerm på 27" og 5\' 10".'),
    ("nb", '<span class="x">ord</span> *og*{: title="y" }'),
    ("nb", "Versjon 1.5 av Python 3.11, punkt 2.1, kl. 14.30, den 24.12. og 1.000 bilder."),
    ("nb", "Stable Diffusion 1.5 og 10.0.0.1 og 3.5."),
    ("en", 'It is "latent", 0.5 percent, and so (on).'),
]


@pytest.mark.parametrize(("lang", "text"), [*WORDS_THAT_ONLY_LOOK_DEPRECATED, *SIGNS_THAT_ARE_RIGHT])
def test_what_only_looks_wrong_is_left_alone(lang: str, text: str, tmp_path: Path) -> None:
    assert on_page(tmp_path, lang, text) == []
    assert fixed(tmp_path, lang, text) == text


# T401, T402: silences


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The nerve net. <!-- ordlab-ignore T201: quoted -->", []),
        ("The nerve net. <!-- ordlab-ignore T201, T202: quoted -->", [("T401", 1)]),
        ("<!-- ordlab-ignore T201: quoted -->\nThe nerve net,\na nerve net.\n\nA nerve net.", [("T201", 5)]),
        ("<!-- ordlab-ignore T201 -->\n\nThe nerve net.", []),
        ("The net. <!-- ordlab-ignore T201: why -->", [("T401", 1)]),
        ("The nerve net. <!-- ordlab-ignore T301: why -->", [("T201", 1), ("T401", 1)]),
        ("The nerve net. <!-- ordlab-ignore T999: why -->", [("T201", 1), ("T402", 1)]),
        (
            "| a | b |\n|---|---|\n| x | [[latent-space|y]] | <!-- ordlab-ignore T120: errors stay -->",
            [("T120", 3), ("T401", 3)],
        ),
        ("`<!-- ordlab-ignore T201: code -->`\n\n```\n<!-- ordlab-ignore T201: code -->\n```", []),
    ],
)
def test_silences_on_a_page(text: str, found: list[tuple[str, int]], tmp_path: Path) -> None:
    assert on_page(tmp_path, "en", text) == found


def test_what_is_silenced_is_not_fixed(tmp_path: Path) -> None:
    text = "The nerve net. <!-- ordlab-ignore T201: quoted -->\n"
    assert fixed(tmp_path, "en", text) == text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("  explanation: A nerve net. # ordlab-ignore T201: why\n", []),
        ("  # ordlab-ignore T201: why\n  explanation: |\n    One.\n\n    A nerve net.\n", []),
        ("  explanation: | # ordlab-ignore T201\n    One.\n\n    A nerve net.\n", []),
        ("  explanation: |\n    A nerve net. # ordlab-ignore T201: text, no comment\n", ["T201"]),
        ("  # ordlab-ignore T201: why\n  explanation: One.\n  example: A nerve net.\n", ["T201", "T401"]),
        ("  # ordlab-ignore T888\n  explanation: One.\n", ["T402"]),
    ],
)
def test_silences_in_yaml(text: str, found: list[str], tmp_path: Path) -> None:
    name = "glossary/terms/latent-space.yml"
    definition = "  definition: vector space in which every point is a code\n"
    problems = findings(tmp_path, {}, {name: FILES[name].replace(definition, definition + text)})
    assert sorted(problem.code for problem in problems) == found


def test_a_silence_is_judged_only_by_rules_that_ran(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(tmp_path, {"x.en.md": "The net. <!-- ordlab-ignore T201: why -->"})
    assert main(["check", "--select", "T301,T4", str(folder)]) == 0
    assert main(["check", "--select", "T2,T401", str(folder)]) == 1
    assert "T201 is silenced here, and there is nothing to silence" in capsys.readouterr().out


# Options


def test_select_and_ignore(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(write(tmp_path, {"x.nb.md": 'Et neuralt nettverk er "stort".'}))
    for options, found in (
        ([], ["T201", "T302"]),
        (["--select", "T3"], ["T302"]),
        (["--select", "T201, T302", "--ignore", "T3"], ["T201"]),
        (["--ignore", "T2,T3"], []),
    ):
        assert main(["check", "--format", "json", *options, folder]) == bool(found)
        assert [row["code"] for row in json.loads(capsys.readouterr().out)] == found


@pytest.mark.parametrize("options", [["--select", "T21"], ["--ignore", "x"], ["--select=T1", "--ignore=T"]])
def test_unknown_rules_cannot_run(
    options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", *options, str(write(tmp_path, {}))]) == 2
    assert "rule" in capsys.readouterr().err


def test_only_the_selected_is_fixed(tmp_path: Path) -> None:
    folder = write(tmp_path, {"x.nb.md": 'Et neuralt nettverk er "stort".'})
    assert main(["check", "--fix", "--select", "T302", str(folder)]) == 0
    assert (tmp_path / "docs/x.nb.md").read_text("utf-8") == "Et neuralt nettverk er «stort»."


def test_mending_is_all_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = {"x.nb.md": 'Det er "stort".', "y.nb.md": 'Det er "smått".'}
    folder = write(tmp_path, pages)
    monkeypatch.setattr("os.access", lambda path, mode: "y.nb" not in str(path))
    assert main(["check", "--fix", str(folder)]) == 2
    assert {path.name: path.read_text("utf-8") for path in (tmp_path / "docs").iterdir()} == pages


PIECES = [
    *(
        "The nerve net",
        "lantent spaces",
        " `nerve net` ",
        "*nerve* net",
        "[nerve net](x.md)",
        "**lantent** space",
    ),
    *(
        "# Nerve nets",
        "> nerve net",
        "- nerve net",
        "\n\n",
        "\n",
        " ",
        ". ",
        "<b>nerve net</b>",
        "&amp;",
        "\\*",
    ),
    *(
        "\n\n```\nnerve net\n```\n\n",
        "[[latent-space|nerve net]]",
        "| a | nerve net |\n|---|---|\n| b | c |",
        "\r\n",
    ),
]


@given(text=st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_mending_twice_is_mending_once_and_leaves_code_alone(text: str, tmp_path: Path) -> None:
    once = fixed(tmp_path, "en", text)
    assert fixed(tmp_path, "en", once) == once
    assert re.findall(r"`[^`]*`|\]\([^)]*\)", once) == re.findall(r"`[^`]*`|\]\([^)]*\)", text)
    assert len(re.findall("net|space", once)) == len(re.findall("net|space", text))


# Output


def test_sarif_has_what_the_standard_requires(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Required properties of SARIF 2.1.0: §3.13, 3.14, 3.18, 3.19, 3.27, 3.30, 3.55–3.57."""
    write(tmp_path, {"å b.nb.md": 'Æ "stort".\n\n| a |\n|---|\n| [[latent-space|x]] |'})
    monkeypatch.chdir(tmp_path)
    assert main(["check", "--format", "sarif"]) == 1
    log = json.loads(capsys.readouterr().out)
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert run["tool"]["driver"]["name"] == "ordlab"
    assert [rule["id"] for rule in rules] == ["T120", "T302"]
    mark, link = run["results"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]
        (location,) = result["locations"]
        assert location["physicalLocation"]["artifactLocation"] == {
            "uri": "docs/%C3%A5%20b.nb.md",
            "uriBaseId": "ROOT",
        }
    assert (link["level"], mark["level"]) == ("error", "warning")
    region = mark["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 1, "startColumn": 3, "endLine": 1, "endColumn": 10}
    ((change,),) = ([fix["artifactChanges"][0] for fix in mark["fixes"]],)
    assert [
        (r["deletedRegion"]["startColumn"], r["deletedRegion"]["endColumn"], r["insertedContent"]["text"])
        for r in change["replacements"]
    ] == [(3, 4, "«"), (9, 10, "»")]


def test_annotations_of_a_ci_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"50%,a.nb.md": 'Et "50 %: tall".\n\n| a |\n|---|\n| [[latent-space|x]] |'})
    monkeypatch.chdir(tmp_path)
    assert main(["check", "--format", "github"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        '::warning file=docs/50%25%2Ca.nb.md,line=1,col=4,title=T302::"…" are not the quotation marks of '
        "this language → write «50 %25: tall»",
        "::error file=docs/50%25%2Ca.nb.md,line=5,title=T120::the sign | in “[[latent-space|” ends the cell "
        "of the table → write [[latent-space\\|…]] in a table",
    ]


# The list of rules


def test_every_code_is_described_in_every_language_with_remedy_and_example() -> None:
    for code, description in descriptions().items():
        assert description.bad, code
        assert description.good not in ("", description.bad), code
        for texts in (description.texts, description.fixes):
            assert {"nb", "en", "zh"} <= set(texts), code
            for lang, text in texts.items():
                assert text.endswith("。" if lang == "zh" else "."), (code, lang)
                assert text.count("`") % 2 == 0, (code, lang)
    assert set(REPORTED) | set(LOADING) <= set(CODES)
    assert len(set(CODES.values())) == len(CODES)


def test_every_code_that_a_command_prints_is_described() -> None:
    """Faults of loading, findings of the check, faults of the site and of imports: wherever they are made."""
    root = Path(__file__).parents[2]
    files = [path for name in ("glossary", "demos") for path in (root / name).rglob("*.py")]
    written = {code for path in files for code in re.findall(r'"([A-Z]\d{3})"', path.read_text("utf-8"))}
    assert written - set(CODES) == set()
    assert set(CODES) - written <= {"T401", "T402"}
    assert {code[:2] for code in CODES} == set(SERIES)
    # A code is written out where the fault is made, so that the search above finds it.
    made = re.compile(r"\bProblem\(|\.report\(|\.at\(|\.fault\(")
    for path in files:
        for call in made.finditer(path.read_text("utf-8")):
            said = path.read_text("utf-8")[call.end() : call.end() + 60]
            assert not re.match(r'\s*"[a-z]+"\s*,', said), f"{path.name}: {said}"


@pytest.mark.parametrize(
    "code", [code for code in RULES if code in ("T201", "T202", "T203", "T301", "T302", "T303")]
)
def test_the_examples_do_what_they_are_there_for(code: str, tmp_path: Path) -> None:
    lang = {"T301": "zh", "T302": "nb", "T303": "nb"}.get(code, "en")
    example = descriptions()[code]
    files = {}
    if code == "T203":
        files["glossary/terms/discriminator.yml"] = """\
subject: models
related: [latent-space]
nb: {terms: [{term: diskriminator, gender: m}], definition: nett som skiller}
en: {terms: [discriminator], definition: net that tells real from made}
zh: {terms: [{term: 判别器, pinyin: pànbiéqì}], definition: 区分真假的网络}
"""
    assert [p.code for p in findings(tmp_path, {f"x.{lang}.md": example.bad}, files)] == [code]
    assert findings(tmp_path, {f"x.{lang}.md": example.good}, files) == []


@pytest.mark.parametrize(
    ("text", "unit", "length"),
    [
        ("产生新样本的网络", "han", 8),
        ("ニューラル ネットワーク", "han", 11),
        ("network that learns", "words", 3),
        ("โครงข่าย", "han", 7),
    ],
)
def test_a_text_that_was_left_in_english_is_counted_in_words(text: str, unit: str, length: int) -> None:
    language = Language("ja", "日本語", "ja", segment="han")
    assert lengths.unit(language, text) == unit
    assert lengths.length(text, unit) == length


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("हिन्दी भाषा में", 3),  # vowel signs
        ("اَلْعَرَبِيَّةُ لُغَةٌ", 2),  # vowel marks
        ("می\u200cخواهم", 1),  # a non-joiner within a word
        ("Silben\u00adtrennung", 1),
        ("cafe\u0301s", 1),
    ],
)
def test_words_of_other_scripts_are_counted_whole(text: str, words: int) -> None:
    assert lengths.length(text, "words") == words
    assert lengths.said(words, "words") == ("1 word" if words == 1 else f"{words} words")
