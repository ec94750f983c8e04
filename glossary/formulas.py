r"""Formulas: LaTeX in texts becomes MathML in pages, which browsers draw and screen readers speak.

    element = mathml(r"\frac{p(x)}{2}", block=True)

No script and no font of ours is needed. Beside what is drawn, the MathML holds the LaTeX, for whoever copies
the formula, and a line of plain text, which is what the search has of it. latex2mathml does the translation;
it shows unknown commands as they are, and takes braces as they come: such faults are found here.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from xml.etree.ElementTree import Element, SubElement, fromstring, tostring

from latex2mathml.converter import convert
from latex2mathml.symbols_parser import SYMBOLS

LATEX = "application/x-tex"
PLAIN = "text/plain"
# fmt: off
_FUNCTIONS = (
    "arg", "argmax", "argmin", "cos", "cosh", "det", "exp", "lim", "ln", "log", "max", "min", "sin", "sinh",
    "softmax", "sup", "tan", "tanh",
)
_COMMANDS = (
    "frac", "sqrt", "text", "mathbf", "mathbb", "mathcal", "mathrm", "operatorname", "left", "right", "hat",
)
# fmt: on
_COMMAND = re.compile(r"\\([A-Za-z]+)")
_ACCENTS = {"^": "\u0302", "~": "\u0303", "¯": "\u0304", "→": "\u20d7", "˙": "\u0307"}
_LARGE = ("∑", "∏", "∫")
_OPEN = ("(", "[", "{", "|", "‖")


class FormulaError(ValueError):
    """What is wrong with a formula, and the remedy as its second argument."""


def mathml(latex: str, *, block: bool = False) -> Element:
    """The formula as an element `math`. Raises FormulaError."""
    latex = " ".join(latex.split())
    _check_braces(latex)
    try:
        drawn = fromstring(convert(latex).replace(' xmlns="http://www.w3.org/1998/Math/MathML"', ""))
    except Exception as error:  # the library has a dozen kinds, with names that say it all
        said = re.sub(r"(?<!^)(?=[A-Z])", " ", type(error).__name__.removesuffix("Error")).lower()
        raise FormulaError(f"the formula “{latex}” cannot be read: {said}", "correct the LaTeX") from None
    _check_commands(latex, drawn)
    _tidy(drawn)
    math = Element("math", {"display": "block"} if block else {})
    semantics = SubElement(math, "semantics")
    # Named so that search engines of sites can leave it out, by the one element of its kind in here.
    row = SubElement(semantics, "mpadded", {"data-search-exclude": "true"})
    row.extend(drawn)
    source = SubElement(semantics, "annotation", {"encoding": LATEX, "data-search-exclude": "true"})
    source.text = latex
    plain = SubElement(semantics, "annotation", {"encoding": PLAIN})
    plain.text = linear(row)
    return math


def html(latex: str, *, block: bool = False) -> str:
    """The same as text."""
    return tostring(mathml(latex, block=block), encoding="unicode", method="html")


def _check_braces(latex: str) -> None:
    depth = 0
    for sign in re.sub(r"\\.", "", latex):
        depth += {"{": 1, "}": -1}.get(sign, 0)
        if depth < 0:
            break
    if depth:
        raise FormulaError(f"the braces of the formula “{latex}” do not match", "close each brace once")
    if not latex:
        raise FormulaError(
            "the formula is empty", "write LaTeX between the dollar signs, or “\\$” for a dollar"
        )


def _check_commands(latex: str, drawn: Element) -> None:
    for element in drawn.iter():
        for name in _COMMAND.findall(element.text or "") if element.tag != "mtext" else ():
            known = [*_COMMANDS, *_FUNCTIONS, *(sign[1:] for sign in SYMBOLS if sign[1:].isalpha())]
            close = get_close_matches(name, known, n=1, cutoff=0.7)
            fix = f"did you mean “\\{close[0]}”?" if close else "use one that LaTeX has for formulas"
            raise FormulaError(f"the formula “{latex}” uses the unknown command “\\{name}”", fix)


def _tidy(element: Element) -> None:
    """What browsers and screen readers need, and the library leaves out."""
    for child in element:
        _tidy(child)
        if child.tag == "mi" and child.text == "~":  # \sim
            child.tag, child.text = "mo", "∼"
        if child.tag == "mo" and (child.text or "").isalpha() and len(child.text or "") > 1:  # \operatorname
            child.tag = "mi"
    _join_decimals(element)
    children = list(element)
    for place, child in reversed(list(enumerate(children[:-1]))):
        base = child[0] if child.tag in ("msub", "msup", "msubsup", "munder") and len(child) else child
        if base.tag == "mi" and base.text in _FUNCTIONS and element.tag in ("math", "mrow", "mtd"):
            applied = Element("mo")
            applied.text = "\u2061"  # function application, which is spoken and not seen
            follows = children[place + 1]
            while len(follows) and follows.tag in ("mrow", "msub", "msup"):
                follows = follows[0]
            if follows.tag != "mo" or (follows.text or "") not in _OPEN:
                element.insert(place + 1, Element("mspace", {"width": "0.1667em"}))
            element.insert(place + 1, applied)


def _join_decimals(element: Element) -> None:
    """`0{,}5` is one number."""
    for place in range(len(element) - 3, -1, -1):
        if place + 2 >= len(element):  # the last three were joined
            continue
        whole, comma, rest = element[place : place + 3]
        if whole.tag == rest.tag == "mn" and comma.tag == "mrow" and "".join(comma.itertext()) == ",":
            whole.text = f"{whole.text},{rest.text}"
            element.remove(comma)
            element.remove(rest)


# As a line of text


def linear(element: Element) -> str:
    """The formula in signs that any program shows: `p_data(x) / (p_data(x) + p_G(x))`."""
    text = re.sub(r"\s+", " ", _linear(element)).strip()
    return re.sub(r"(^|[(\[,=] ?)− ", r"\1−", text)  # the sign of a number or term


def _linear(element: Element) -> str:
    parts = list(element)
    match element.tag:
        case "mo":
            return _operator(element.text or "")
        case "mspace":
            return " "
        case "mfrac":
            return f"{_group(parts[0])} / {_group(parts[1])}"
        case "msqrt":
            return f"√({_row(parts).strip()})"
        case "msub" | "munder":
            gap = " " if parts[0].text in _LARGE else ""
            return f"{_linear(parts[0])}_{_index(parts[1])}{gap}"
        case "msup":
            return f"{_linear(parts[0])}^{_index(parts[1])}"
        case "msubsup" | "munderover":
            gap = " " if parts[0].text in _LARGE else ""
            return f"{_linear(parts[0])}_{_index(parts[1])}^{_index(parts[2])}{gap}"
        case "mover":
            over = _linear(parts[1]).strip()
            return _linear(parts[0]) + _ACCENTS.get(over, over)
        case "mtr":
            return "; " + ", ".join(_linear(part).strip() for part in parts)
        case _:
            return (element.text or "") + _row(parts)


def _row(parts: list[Element]) -> str:
    return "".join(map(_linear, parts))


def _operator(sign: str) -> str:
    if sign in ("=", "+", "−", "∼", "≈", "≤", "≥", "<", ">", "→", "∈", "⊙", "·", "⋅", "×", "∣"):
        return f" {sign} "
    return {",": ", ", "\u2061": "", ";": "; "}.get(sign, sign)


def _group(element: Element) -> str:
    text = _linear(element).strip()
    return f"({text})" if " " in text else text


def _index(element: Element) -> str:
    text = _linear(element).strip()
    return text if len(text) == 1 or text.isalnum() else f"({text})"
