"""Each rule finds what it is for, says how to fix it, and leaves sound terms alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from glossary import check as check_module
from glossary.__main__ import main
from glossary.check import RULES, check
from glossary.load import load
from glossary.model import Problem
from glossary.staleness import basis_of
from tests.glossary.test_load import SOUND, write

GENERATOR = "terms/generator.yml"


def findings(folder: Path, *replacements: tuple[str, str], file: str = GENERATOR) -> list[Problem]:
    """What the check says when some words of a sound file are replaced."""
    text = SOUND[file]
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    return check(load(write(folder, {file: text})))


def test_a_sound_termbase_gives_no_finding(tmp_path: Path) -> None:
    assert findings(tmp_path) == []


CASES = {
    "T101": (", pinyin: shēngchéngqì", "", 11, "zh", "“生成器” has no pinyin"),
    "T102": (", gender: m", "", 5, "nb", "“generator” has no gender"),
    "T103": ("shēngchéngqì", "panbieqi", 11, "zh", "“panbieqi” does not spell “生成器”"),
    "T104": (
        "network that makes new examples",
        "network of two generators",
        9,
        "en",
        "the definition uses “generators”",
    ),
    "T105": (
        "terms: [generator]",
        "terms: [generator, {term: maker, forms: [discriminator]}]",
        8,
        "en",
        "“discriminator” may mean discriminator or generator, so it is not linked",
    ),
    "T106": (
        "related: [discriminator]",
        "broader: [discriminator]\nrelated: [discriminator]",
        3,
        "",
        "discriminator is related, and above this concept as well",
    ),
    "T107": (
        "definition: network that",
        "definition: A network that",
        9,
        "en",
        "the definition begins with the article “A”",
    ),
    "T108": ("产生新样本的网络", "产生新样本的网络。", 12, "zh", "the definition ends with a period"),
    "T113": (
        "definition: network that makes new examples",
        "definition: network that makes new examples\n  summary: A network that makes new examples.",
        10,
        "en",
        "the summary has 6 words",
    ),
    "T114": (
        "definition: network that makes new examples",
        f"definition: network that makes {'new, ' * 22}examples",
        9,
        "en",
        "the definition has 26 words",
    ),
    "T110": (
        "definition: network that makes new examples",
        "definition: network that makes new examples\n  basis: 00000000",
        10,
        "en",
        "the nb text has changed since this en text was checked against it",
    ),
    "T112": (
        "definition: network that makes new examples",
        "definition: network that makes new examples\n  basis: {current}",
        11,
        "zh",
        "nobody has checked this zh text against the nb text yet",
    ),
    "T111": (
        "definition: nettverk som lager nye eksempler",
        "definition: nettverk som lager nye eksempler\n  basis: 00000000",
        7,
        "nb",
        "nb is the reference language and follows no other text",
    ),
    "T121": (
        "definition: network that makes new examples",
        "definition: x\n  explanation: '" + "- " * 3000 + "x'",
        10,
        "en",
        "the text is nested too deeply to be read",
    ),
    "T120": (
        "definition: network that makes new examples",
        "definition: x\n  explanation: |\n    A network.\n\n    See [[discriminatr]].",
        13,
        "en",
        "there is no concept “discriminatr” to link to",
    ),
    "T122": (
        "definition: network that makes new examples",
        "definition: x\n  explanation: |\n    A network.\n\n    It makes $\\fracc{a}{b}$.",
        13,
        "en",
        "the formula “\\fracc{a}{b}” uses the unknown command “\\fracc”",
    ),
}


@pytest.mark.parametrize("code", CASES)
def test_a_rule_finds_its_fault(code: str, tmp_path: Path) -> None:
    old, new, line, lang, message = CASES[code]
    basis = basis_of(load(write(tmp_path, {})).concepts["generator"].entries["nb"])
    found = findings(tmp_path, (old, new.replace("{current}", basis)))
    if "basis" in new:  # it makes a finding of every text without one
        found = [problem for problem in found if problem.code == code and problem.id == "generator"]
    (problem,) = found
    assert (problem.code, problem.line, problem.lang, problem.message) == (code, line, lang, message)
    assert Path(problem.file).name == "generator.yml"
    assert problem.id == "generator"
    assert problem.fix


def test_every_rule_has_a_case() -> None:
    """All but that about the bibliography, which is in `test_further`."""
    assert {*CASES, "T115"} == {code for code in RULES if code.startswith("T1")}


@pytest.mark.parametrize(
    ("lang", "old", "new"),
    [
        ("nb", "nettverk som", "et nettverk som"),
        ("nb", "nettverk som", "En maskin som"),
        ("en", "network that", "the network that"),
        ("en", "network that", "an engine that"),
    ],
)
def test_articles(lang: str, old: str, new: str, tmp_path: Path) -> None:
    (problem,) = findings(tmp_path, (f"definition: {old}", f"definition: {new}"))
    assert (problem.code, problem.lang) == ("T107", lang)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("nettverk som lager nye eksempler", "en av flere"),
        ("nettverk som lager nye eksempler", "det å lage noe nytt"),
        ("network that makes new examples", "theory of another thing"),
        ("network that makes new examples", "pictures, texts etc."),
        ("nettverk som lager nye eksempler", "bilder, tekster osv."),
        ("产生新样本的网络", "一种产生新样本的网络"),
    ],
)
def test_definitions_that_only_look_wrong(old: str, new: str, tmp_path: Path) -> None:
    assert findings(tmp_path, (f"definition: {old}", f"definition: {new}")) == []


def test_a_definition_that_begins_with_its_term(tmp_path: Path) -> None:
    problems = findings(tmp_path, ("definition: network", "definition: a generator is a network"))
    assert [(p.code, p.message) for p in problems] == [
        ("T104", "the definition begins with “generator”"),
        ("T107", "the definition begins with the article “a”"),
    ]


def test_where_one_translation_has_been_accepted_all_others_wait(tmp_path: Path) -> None:
    """Without any `basis` nothing waits (see above); `accept` is what the finding asks for, and ends it."""
    basis = basis_of(load(write(tmp_path, {})).concepts["generator"].entries["nb"])
    text = "definition: network that makes new examples"
    found = findings(tmp_path, (text, f"{text}\n  basis: {basis}"))
    assert [(p.code, p.id, p.lang) for p in found] == [
        ("T112", "discriminator", "en"),
        ("T112", "discriminator", "zh"),
        ("T112", "generator", "zh"),
    ]
    assert {p.severity for p in found} == {"warning"}
    assert found[0].fix == ("compare the two, then run “python -m glossary accept discriminator --lang en”")
    for problem in found:
        assert main(["accept", problem.id, "--lang", problem.lang, "--termbase", str(tmp_path)]) == 0
    assert check(load(tmp_path)) == []


@pytest.mark.parametrize(
    "terms",
    [
        "[{term: GAN}]",
        "[{term: StyleGAN, type: proper name}]",
        "[{term: finjustere, pos: verb}]",
        "[{term: maskineri, gender: n}]",
        "[{term: data, pos: noun, gender: m}, uten kjønn]",
    ],
)
def test_only_common_nouns_need_a_gender(terms: str, tmp_path: Path) -> None:
    assert findings(tmp_path, ("[{term: generator, gender: m}]", terms)) == []


def test_a_chinese_term_in_latin_letters_needs_no_pinyin(tmp_path: Path) -> None:
    assert findings(tmp_path, ("{term: 生成器, pinyin: shēngchéngqì}", "Generator")) == []


def test_a_longer_term_in_the_definition_is_not_the_term_itself(tmp_path: Path) -> None:
    assert findings(tmp_path, ("network that makes new examples", "machine, but no generator-set")) == []


def test_the_place_of_a_broken_link_is_that_of_the_second_one(tmp_path: Path) -> None:
    """Links that are right, and code, do not count."""
    # The text is a block here; one of a single line is on the line of its key.
    lines = ("See [[generator]] and `[[nope]]`.", "Not [[nope]], and [[nope|no]].")
    text = "definition: x\n  explanation: |\n    " + "\n    ".join(lines)
    problems = findings(tmp_path, ("definition: network that makes new examples", text))
    assert [(problem.code, problem.line) for problem in problems] == [("T120", 12), ("T120", 12)]


def test_a_broken_link_in_a_text_of_one_line_is_on_that_line(tmp_path: Path) -> None:
    text = "definition: x\n  explanation: See [[nope]].\n  example: |\n\n    See [[nope]]."
    problems = findings(tmp_path, ("definition: network that makes new examples", text))
    assert [(problem.code, problem.line, problem.key) for problem in problems] == [
        ("T120", 10, "explanation"),
        ("T120", 13, "example"),
    ]


def test_related_from_the_other_side_is_found_too(tmp_path: Path) -> None:
    text = "subject: models\nbroader: [generator]"
    (problem,) = findings(tmp_path, ("subject: models", text), file="terms/discriminator.yml")
    assert (problem.code, problem.id) == ("T106", "generator")
    assert "below this concept" in problem.message


def test_findings_come_in_the_order_of_files_and_lines(tmp_path: Path) -> None:
    problems = findings(tmp_path, (", gender: m", ""), (", pinyin: shēngchéngqì", ""))
    assert [problem.line for problem in problems] == [5, 11]
    assert {problem.severity for problem in problems} == {"warning"}


def test_the_real_termbase_and_its_pages_are_clean() -> None:
    folder = Path(check_module.__file__).parent
    assert [str(problem) for problem in check(load(folder), folder.parent)] == []
