"""Formulas: LaTeX becomes MathML, in texts of concepts and on pages; what cannot be drawn is a finding."""

from __future__ import annotations

import json
from pathlib import Path

import markdown
import pytest

from glossary.exchange import FORMATS
from glossary.formulas import FormulaError, html, linear, mathml
from glossary.links import Linker
from glossary.load import load
from glossary.markdown import Page, TermLinks, are_formulas_ours
from glossary.model import Problem
from tests.glossary import gold

LINKER = Linker(gold.termbase("ai"), "en")


def render(source: str, problems: list[Problem] | None = None, extensions: tuple[str, ...] = ()) -> str:
    found = [] if problems is None else problems
    page = Page(LINKER, "/glossary/{}/".format, file="page.md", first_line=5, on_problem=found.append)
    links = TermLinks(page, formulas=are_formulas_ours(extensions))
    return markdown.markdown(source, extensions=[*extensions, links], output_format="html")


@pytest.mark.parametrize(
    ("latex", "line"),
    [
        (r"\frac{p(x)}{p(x)+q(x)}", "p(x) / (p(x) + q(x))"),
        (r"h_t = \tanh(W x_t + U h_{t-1} + b)", "h_t = tanh(Wx_t + Uh_(t − 1) + b)"),
        (r"\mathbb{E}_{x \sim p}[\log D(x)]", "𝔼_(x ∼ p)[log D(x)]"),
        (r"-\log p", "−log p"),
        (r"T = 0{,}5", "T = 0,5"),
        (r"\tilde{h}_t \odot r", "h̃_t ⊙ r"),
        (r"\sqrt{1 - a} \cdot \varepsilon^2", "√(1 − a) · ε^2"),
        (r"\sum_{i=1}^n \ln p_i", "∑_(i = 1)^n ln p_i"),
        (r"p(\text{word} \mid \text{蝴})", "p(word ∣ 蝴)"),
        (r"\begin{cases}0 & x<0\\ x & x \ge 0\end{cases}", "{; 0, x < 0; x, x ≥ 0"),
    ],
)
def test_the_search_gets_a_line_that_can_be_read(latex: str, line: str) -> None:
    assert linear(mathml(latex)[0][0]) == line
    assert f'<annotation encoding="text/plain">{line.replace("<", "&lt;")}</annotation>' in html(latex)


def test_a_formula_carries_its_latex() -> None:
    made = html("x_i <\n 1", block=True)
    assert made.startswith('<math display="block"><semantics>')
    assert 'encoding="application/x-tex" data-search-exclude="true">x_i &lt; 1</annotation>' in made


def test_what_is_drawn_is_what_browsers_and_screen_readers_expect() -> None:
    assert "<mn>0,5</mn>" in html("T = 0{,}5"), "a decimal comma is no list"
    assert "<mo>∼</mo>" in html(r"x \sim p")
    assert '<mi>log</mi><mo>\u2061</mo><mspace width="0.1667em"></mspace><mi>D</mi>' in html(r"\log D")
    assert "<mi>log</mi><mo>\u2061</mo><mo" in html(r"\log(x)")
    assert "<mi>Tr</mi>" in html(r"\operatorname{Tr} A")


@pytest.mark.parametrize(
    ("latex", "said", "remedy"),
    [
        (r"\fracc{a}{b}", "unknown command “\\fracc”", "did you mean “\\frac”?"),
        (r"\sqrtt x", "unknown command “\\sqrtt”", "did you mean “\\sqrt”?"),
        (r"\frac{a", "braces", "close each brace"),
        ("a}{b", "braces", "close each brace"),
        (r"\left( a", "cannot be read: extra left or missing right", "correct"),
        ("x^", "cannot be read: missing super script or subscript", "correct"),
        (" ", "empty", "LaTeX"),
    ],
)
def test_what_is_no_latex_is_said(latex: str, said: str, remedy: str) -> None:
    with pytest.raises(FormulaError) as raised:
        mathml(latex)
    assert said in raised.value.args[0]
    assert remedy in raised.value.args[1]


def test_a_formula_is_not_read_as_markdown_or_as_prose() -> None:
    html = render(r"Set $a*b*c + \text{generator}_1$; then a generator.")
    assert "<em>" not in html
    assert html.count('<a class="term"') == 1
    assert html.index("<math>") < html.index('data-term="generator"')
    assert "</math>; then a" in html


def test_a_formula_on_a_line_of_its_own_may_scroll() -> None:
    assert '<p><span class="ol-formula"><math display="block">' in render("$$h_t = x_t$$")


@pytest.mark.parametrize(
    "source", ["It costs $5 or $10.", r"From \$5 to \$10.", "US$5 and A$10$", "`$x$`", "a $ b $ c", "$ x$"]
)
def test_a_dollar_is_no_formula(source: str) -> None:
    html = render(source)
    assert "<math" not in html
    assert "\\" not in html


def test_a_formula_may_stand_right_behind_a_chinese_character() -> None:
    html = render("目标是 5，损失$(y - 5)^2$就是 4，点$x$也是。")
    assert html.count("<math") == 2
    assert "损失<math" in html


def test_another_extension_for_formulas_has_them_all() -> None:
    html = render("$x$", extensions=("pymdownx.arithmatex",))
    assert "<math" not in html
    assert "arithmatex" in html


def test_a_formula_that_cannot_be_drawn_has_file_and_line() -> None:
    problems: list[Problem] = []
    assert "<math" not in render("One\ntwo\n\nand $\\fracc{a}{b}$.", problems)
    found = [(p.file, p.line, p.code, p.lang) for p in problems]
    assert found == [("page.md", 8, "T122", "en")]


def test_formats_keep_the_latex(tmp_path: Path) -> None:
    folder = Path(__file__).parents[2] / "glossary"
    data = json.loads(FORMATS["json"].write(load(folder)))
    assert r"$p(h \mid x) = \frac{" in data["concepts"]["bayes-theorem"]["nb"]["explanation"]
