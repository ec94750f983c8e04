"""Each rule finds what it is for, says how to mend it, and leaves sound terms alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from glossary import check as check_module
from glossary.check import CODES, RULES, check
from glossary.load import load
from glossary.model import Problem
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
    "T120": (
        "definition: network that makes new examples",
        "definition: x\n  explanation: |\n    A network.\n\n    See [[discriminatr]].",
        13,
        "en",
        "there is no concept “discriminatr” to link to",
    ),
}


@pytest.mark.parametrize("code", CASES)
def test_a_rule_finds_its_fault(code: str, tmp_path: Path) -> None:
    old, new, line, lang, message = CASES[code]
    (problem,) = findings(tmp_path, (old, new))
    assert (problem.code, problem.line, problem.lang, problem.message) == (code, line, lang, message)
    assert Path(problem.file).name == "generator.yml"
    assert problem.id == "generator"
    assert problem.fix


def test_every_rule_has_a_case_and_a_description() -> None:
    assert set(CASES) == set(RULES)
    assert set(RULES) <= set(CODES)
    assert all(re.fullmatch(r"[A-Z].*\.", description) for description in CODES.values())
    assert len(set(CODES.values())) == len(CODES)


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
    lines = ("See [[generator]] and `[[nope]]`.", "Not [[nope]], and [[nope|no]].")
    text = "definition: x\n  explanation: |\n    " + "\n    ".join(lines)
    problems = findings(tmp_path, ("definition: network that makes new examples", text))
    assert [(problem.code, problem.line) for problem in problems] == [("T120", 12), ("T120", 12)]


def test_related_from_the_other_side_is_found_too(tmp_path: Path) -> None:
    text = "subject: models\nbroader: [generator]"
    (problem,) = findings(tmp_path, ("subject: models", text), file="terms/discriminator.yml")
    assert (problem.code, problem.id) == ("T106", "generator")
    assert "below this concept" in problem.message


def test_findings_come_in_the_order_of_files_and_lines(tmp_path: Path) -> None:
    problems = findings(tmp_path, (", gender: m", ""), (", pinyin: shēngchéngqì", ""))
    assert [problem.line for problem in problems] == [5, 11]
    assert {problem.severity for problem in problems} == {"warning"}


def test_the_real_termbase_is_clean() -> None:
    folder = Path(check_module.__file__).parent
    assert [str(problem) for problem in check(load(folder))] == []
