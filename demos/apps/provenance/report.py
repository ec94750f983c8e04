"""What the verifier says: two sentences, a chart of the bits, and a table of what the credential says."""

from __future__ import annotations

import re

from demos.apps.provenance.credentials import Credential, Step
from demos.data.avatars.ahead import READERS
from demos.kit.charts import Axes, Bar, Drawing, Line, Plot
from demos.kit.labels import Labels
from demos.models.watermark.message import NEEDED, SITE_BITS, Message, bits_of

LONGEST = 60  # characters of a name in a stranger's credential
SHOWN = 4  # steps of a history, the latest
UNCLEAR = 0.25  # of what is usual: a bit that is read less clearly than this may well be wrong
UP = (-1.0, 1.6)  # how clearly bits are read, from clearly wrong to clearly right


def verdict(
    words: Labels, credential: Credential, message: Message, fresh: float, number: int | None = None
) -> str:
    """What is left of the credential and of the watermark.

    `fresh`: how clearly a bit is read in a file that is unchanged; `number`: the true one, where it is known.
    """
    signer = plain(credential.steps[-1].signer) if credential.steps else ""
    reasons = ", ".join(map(plain, credential.faults))
    papers_say = words(f"credential_{credential.state}", signer=signer, reasons=reasons)
    counts = {
        "agreement": words.percent(max(0.0, message.agreement)),
        "needed": words.percent(NEEDED),
        "matches": message.matches,
        "site": SITE_BITS,
    }
    if not message.is_found:
        mark_says = words("watermark_lost", **counts)
    else:
        source = words["source_generated" if message.number % 2 else "source_drawn"]
        mark_says = words("watermark_found", **counts, source=source, seed=message.number // 2)
        clear = min(map(abs, message.products[SITE_BITS:])) >= UNCLEAR * fresh
        if not clear or message.number // 2 >= READERS:
            mark_says = followed(mark_says, words["number_unclear"])
    if number is not None:
        right = message.right(number)
        mark_says = followed(mark_says, words("bits_right", right=sum(right), all=len(right)))
    return f"{papers_say}\n\n{mark_says}"


def followed(sentence: str, next_one: str) -> str:
    """Two sentences; after a Chinese full stop, which is as wide as a character, no space."""
    return sentence + ("" if sentence.endswith("。") else " ") + next_one


def bits_chart(words: Labels, message: Message, fresh: float, number: int | None = None) -> Drawing:
    """How clearly each bit is read, compared with a file that is unchanged: up if right, down if wrong.

    Of a portrait whose number isn't known, the last bits are taken for right.
    """
    sent = message.number if number is None else number
    signs = (bits_of(sent) * 2 - 1).tolist()
    shares = [sign * product / fresh for sign, product in zip(signs, message.products, strict=True)]
    axes = Axes((0.0, float(len(shares))), UP, words["bits_x"], "", words.plain)
    wide, narrow = Plot(axes, right=620.0), Plot.narrow(axes, 0)
    return wide.drawing(bars(wide, shares), narrow.drawing(bars(narrow, shares)))


def bars(plot: Plot, shares: list[float]) -> list[Bar | Line]:
    """A bar up or down from zero for each bit, and a line at the border of the site's own."""
    drawn: list[Bar | Line] = []
    zero = plot.place((0, 0))[1]
    for i, value in enumerate(shares):
        left, end = plot.place((i + 0.12, min(max(value, UP[0]), UP[1])))
        width = plot.place((i + 0.88, 0))[0] - left
        drawn.append(Bar(left, min(zero, end), width, abs(end - zero), 0 if value > 0 else 1))
    border = plot.place((SITE_BITS, UP[0])), plot.place((SITE_BITS, UP[1]))
    return [*drawn, Line((plot.place((0, 0)), plot.place((len(shares), 0)))), Line(border)]


def papers(words: Labels, credential: Credential) -> str:
    """What the credential says, a column for each step; nothing of it is believed that isn't signed."""
    steps = credential.steps[-SHOWN:]
    if not steps:
        return words["no_papers"]
    rows = [
        ("tool", [plain(step.tool) for step in steps]),
        ("model", [model(step) for step in steps]),
        ("kind", [kind(words, step) for step in steps]),
        ("when", [when(step) for step in steps]),
        ("actions", [" · ".join(action(words, code) for code, _, _ in step.actions) for step in steps]),
        ("signer", [plain(step.signer) for step in steps]),
    ]
    table = [[words[f"paper_{name}"], *(cell or "–" for cell in cells)] for name, cells in rows]
    hash_says = words["hash_fits" if credential.hash_fits else "hash_differs"]
    table.append([words["paper_hash"], *[""] * (len(steps) - 1), hash_says])
    head = [words["papers_head"], *(words("step", n=n) for n in range(1, len(steps) + 1))]
    lines = [head, ["---"] * len(head), *table]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def model(step: Step) -> str:
    """The software that the first action names."""
    return plain(next((software for code, _, software in step.actions if code == "c2pa.created"), ""))


def when(step: Step) -> str:
    """The time of the step's last action that has one, as ISO 8601 without the T."""
    times = [time for _, time, _ in step.actions if time]
    return plain(times[-1].replace("T", " ").replace("Z", " UTC")) if times else ""


def kind(words: Labels, step: Step) -> str:
    """IPTC's word for how the picture came about."""
    code = step.source_type.rpartition("/")[2]
    key = f"kind_{code}"
    return words[key] if key in words.demo.labels else plain(code)


def action(words: Labels, code: str) -> str:
    key = f"action_{code.rpartition('.')[2]}"
    return words[key] if key in words.demo.labels else plain(code)


def plain(text: str) -> str:
    """A stranger's text as Markdown that says just that, without links, on one line and not too long."""
    text = re.sub(r"\s+", " ", text)
    short = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    return "".join(c if c.isalnum() or c in " ,()…" else f"&#{ord(c)};" for c in short)
