"""The sans-serif faces that text is laid out for, and how wide their characters are.

    python -m tests.faces

measures them in Chromium and writes `glossary/text_widths.json`. They stand for those of other systems: Arial
and Helvetica have the widths of Liberation Sans, Verdana those of DejaVu Sans, and San Francisco, Segoe UI
and Roboto are narrower than Noto Sans.
"""

from __future__ import annotations

import json
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from math import ceil

from playwright.sync_api import CDPSession, Page, sync_playwright

from glossary.text_layout import FILE
from tests.conftest import CHROMIUM_FLAGS, system_chromium

HAN = "Noto Sans CJK SC"
FACES = ("DejaVu Sans", "Liberation Sans", "Noto Sans", HAN)
WEIGHTS = {"regular": 400, "bold": 700}
BLOCKS = (  # first and last character; what is as wide as Han needs no table
    (0x20, 0x7E),  # ASCII
    (0xA0, 0x17F),  # Latin
    (0x218, 0x21B),  # Romanian
    (0x1CD, 0x1DC),  # pinyin
    (0x370, 0x3FF),  # Greek
    (0x400, 0x45F),  # Cyrillic
    (0x1E00, 0x1EFF),  # Latin with two marks
    (0x2010, 0x2044),  # punctuation
    (0x2070, 0x209C),  # superscripts and subscripts
    (0x20A0, 0x20BF),  # currencies
    (0x2100, 0x214F),  # letter-like signs
    (0x2190, 0x21FF),  # arrows
    (0x2200, 0x22FF),  # mathematics
    (0x2460, 0x2473),  # numbers in circles
    (0x25A0, 0x25FF),  # shapes
)
MEASURE = """([faces, weight, characters]) => {
  const pen = document.createElement('canvas').getContext('2d');
  return faces.map(face => {
    pen.font = `${weight} 1000px "${face}"`;
    return characters.map(one => pen.measureText(one).width / 1000);
  });
}"""


def characters() -> list[str]:
    """Every character of the blocks that stands for something and is not as wide as Han anyway."""
    every = (chr(code) for first, last in BLOCKS for code in range(first, last + 1))
    return [
        one
        for one in every
        if unicodedata.category(one)[0] not in "CM" and unicodedata.east_asian_width(one) not in "WF"
    ]


def widths(page: Page) -> dict[str, dict[str, float]]:
    """By weight: each character's width in the face where it is widest, in ems."""
    known = characters()
    return {
        name: {
            one: max(faces)
            for one, *faces in zip(known, *page.evaluate(MEASURE, [FACES, weight, known]), strict=True)
        }
        for name, weight in WEIGHTS.items()
    }


def table(found: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, str]]:
    """The widths as they are filed: by weight and hundredths of an em, rounded up, the characters so wide."""
    grouped: dict[str, dict[int, str]] = {name: defaultdict(str) for name in found}
    for name, weight in found.items():
        for one, width in weight.items():
            grouped[name][ceil(round(width * 100, 3))] += one
    return {name: {str(width): ones for width, ones in sorted(by.items())} for name, by in grouped.items()}


def in_each_face(page: Page, texts: str) -> Iterator[str]:
    """Show what the selector `texts` finds in one face after the other, and check that it is the one used."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("DOM.enable")
    devtools.send("CSS.enable")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p data-face>Figure</p>')")
    every = f"{texts}, [data-face]"
    for face in FACES:
        # Named for Han as well: of the CJK forms that are installed, each build of Chromium takes another.
        families = f'"{face}", "{HAN}"'
        style = page.add_style_tag(content=f"{every} {{ font-family: {families} !important }}")
        for _ in range(50):  # a busy Chromium reports the layout before this one at first
            used = faces_used(devtools, every)
            # Han is in one of them only, and a few signs not in all.
            others = used.total() - used[face] - used[HAN] * (face != HAN)
            if used[face] and others < used.total() / 10:
                break
            page.wait_for_timeout(100)
        else:
            raise AssertionError(f"not in {face}, but in {dict(used)}: does `make system` install it?")
        yield face
        style.evaluate("style => style.remove()")
    page.locator("[data-face]").evaluate("probe => probe.remove()")
    devtools.detach()


def faces_used(devtools: CDPSession, selector: str) -> Counter[str]:
    """By face: how many characters of what the selector finds are drawn in it; of many elements, about 60."""
    document = devtools.send("DOM.getDocument")["root"]["nodeId"]
    nodes = devtools.send("DOM.querySelectorAll", {"nodeId": document, "selector": selector})["nodeIds"]
    used = Counter[str]()
    for node in [*nodes[:: 1 + len(nodes) // 60], nodes[-1]]:
        for font in devtools.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]:
            used[font["familyName"]] += font["glyphCount"]
    return used


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=system_chromium(), args=CHROMIUM_FLAGS)
        filed = table(widths(browser.new_page()))
        browser.close()
    FILE.write_text(json.dumps(filed, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
