"""YAML for people: everything is text, every fault has a line, and nothing but plain data is accepted.

YAML's surprises are left out on purpose. `no`, `on` and `1.0` stay the words that were typed; anchors,
aliases, tags and several documents in a file are refused, and so are duplicate keys, which readers allow.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

import yaml
from yaml.events import CollectionEndEvent, CollectionStartEvent
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

try:
    from yaml._yaml import CParser
except ImportError as error:  # a PyYAML built without libyaml would be ten times slower, silently
    raise ImportError("PyYAML was built without libyaml: install one of its binary wheels") from error

from .model import Problem

Item = TypeVar("Item")

MAX_BYTES = 1_000_000
_MAX_DEPTH = 12
_SAFE_DEPTH = 1000  # what the C stack bears many times over

# Control characters, direction overrides (they make text look like what it is not), and non-characters.
UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
# What looks like a space or a colon, and is neither to YAML, where one belongs.
_BLANK = "[\u00a0\u2000-\u200b\u202f\u3000]"
_LOOKALIKE = re.compile(f"[ -]*(?:({_BLANK})|[A-Za-z_-]+(?:(：)|:({_BLANK})))")
_ANCHOR_OR_TAG = re.compile(rb"[&!](?<![^\s\[{,:][&!])")

# How libyaml's messages begin: what they mean to someone who writes YAML, and what to do.
_LIBYAML_MESSAGES = (
    ("found character that cannot start any token", "this character cannot begin a value", "quote the value"),
    ("mapping values are not allowed", "a colon where none can be", "quote the value, or line up the keys"),
    ("could not find expected ':'", "a line without a key", "write `key: value`, or indent the line"),
    (
        "did not find expected key",
        "the indentation or a quote breaks off here",
        "line up the keys of a block",
    ),
    ("did not find expected '-' indicator", "the list breaks off here", "indent every item alike"),
    ("did not find expected ',' or", "a list or mapping is not closed", "add the missing comma or bracket"),
    ("did not find expected node", "a list or mapping is not closed", "add the missing item or bracket"),
    ("found unexpected end of stream", "a quote or bracket is never closed", "close it"),
    (
        "did not find expected alphabetic",
        "`*` or `&` at the beginning means an alias",
        "put the value in quotes",
    ),
    ("found undefined alias", "`*` at the beginning of a value means an alias", "put the value in quotes"),
    ("found duplicate anchor", "an anchor (`&`) is not allowed here", "put the value in quotes"),
    ("found incompatible YAML document", "`%` begins an instruction to YAML readers", "remove the line"),
    ("but found another document", "`---` begins a second document", "one file holds one document"),
    ("block sequence entries are not allowed", "a list cannot begin here", "put `-` on a line of its own"),
)


# These come where the file ends; the fault is where the quote or bracket was opened.
_LIBYAML_MESSAGES_AT_END = (
    "did not find expected ',' or",
    "did not find expected node",
    "found unexpected end of stream",
)


class _Composer(CParser):
    """libyaml's parser, making nodes without guessing types: a quarter of the time of `CBaseLoader`."""

    def resolve(self, kind: type, value: object, implicit: object) -> str:
        return ""

    def descend_resolver(self, parent: object, index: object) -> None:
        pass

    def ascend_resolver(self) -> None:
        pass


def shown(path: Path) -> str:
    """The path as a message gives it: relative to where the command runs, when it lies below."""
    try:
        return path.absolute().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


def nearest(word: str, known: Collection[str], least: float = 0.6) -> str:
    """The known word that `word` most likely meant, or an empty string; `least` is how alike they must be."""
    close = get_close_matches(word.lower(), list(known), n=1, cutoff=least)
    return close[0] if close else ""


def did_you_mean(word: str, known: Collection[str]) -> str:
    """A remedy for an unknown word: the nearest known one, or all of them when they are few."""
    if close := nearest(word, known):
        return f"did you mean “{close}”?"
    return f"use one of: {', '.join(known)}" if 0 < len(known) <= 16 else ""


class BorrowedText(str):
    """A text that stands in for one that its language does not have yet."""

    lang: str  # what it is written in

    def __new__(cls, text: str, lang: str) -> BorrowedText:
        made = super().__new__(cls, text)
        made.lang = lang
        return made


def with_borrowed(texts: Mapping[str, str], languages: Iterable[str]) -> dict[str, str]:
    """Texts in all the languages, if there is one at all: the first one is lent to those that have none."""
    lender = next((lang for lang in languages if texts.get(lang)), "")
    lent = BorrowedText(texts[lender], lender) if lender else ""
    return {**texts, **{lang: texts.get(lang) or lent for lang in languages if lender}}


@dataclass(slots=True)
class Reader:
    """Takes values out of one file's nodes, and notes what is wrong with them.

    `ok` values come back even when others are wrong, so that one run reports every fault.
    """

    path: Path
    id: str = ""
    lang: str = ""
    problems: list[Problem] = field(default_factory=list)
    max_bytes: int = MAX_BYTES
    fill: Callable[[Reader, Node, str, str, str], str] | None = None  # puts numbers into localized texts
    escapes: bool = False  # only a file with backslashes can smuggle a character past the check of its text

    def report(
        self,
        code: str,
        message: str,
        fix: str = "",
        *,
        line: int = 0,
        key: str = "",
        severity: str = "error",
    ) -> None:
        where = (self.lang, self.id, key)
        self.problems.append(Problem(shown(self.path), line, code, message, fix, severity, *where))

    def at(
        self, node: Node, code: str, message: str, fix: str = "", *, key: str = "", severity: str = "error"
    ) -> None:
        """Report a fault where `node` begins."""
        self.report(code, message, fix, line=line_of(node), key=key, severity=severity)

    @property
    def has_errors(self) -> bool:
        """Whether anything is wrong, and not merely missing still."""
        return any(problem.severity == "error" for problem in self.problems)

    def content(self) -> bytes | None:
        """The file's bytes, or None when it cannot be read or is too large to have been written by hand."""
        try:
            state = self.path.stat()
            if not stat.S_ISREG(state.st_mode):  # to read from a pipe would be to wait for ever
                self.report("T001", "this is no file, but a folder or the like", "move it elsewhere")
                return None
            if state.st_size > self.max_bytes:
                self.report("T002", f"the file is larger than {self.max_bytes:,} bytes", "split it")
                return None
            return self.path.read_bytes()
        except OSError as error:
            fix = "make it one that you may read, or remove it"
            self.report("T001", f"the file cannot be read: {error.strerror}", fix)
            return None

    def read(self) -> MappingNode | None:
        """The file's top-level mapping, or None with the reason noted."""
        content = self.content()
        return self.root(content) if content is not None else None

    def root(self, content: bytes) -> MappingNode | None:
        """The content's top-level mapping, or None with the reason noted."""
        if not self._is_clean_text(content):
            return None
        try:
            if not self._is_plain(content):
                return None
            node = _Composer(content).get_single_node()
        except yaml.YAMLError as error:
            self._syntax(error, content)
            return None
        if node is None or (isinstance(node, ScalarNode) and not node.value.strip()):
            self.report("T005", "the file is empty", "fill it in, or delete it", line=1)
            return None
        if not isinstance(node, MappingNode):
            self.at(node, "T006", f"expected `key: value` lines, found {_kind(node)}")
            return None
        return node

    def mapping(self, node: Node, known: tuple[str, ...], key: str = "") -> dict[str, tuple[Node, Node]]:
        """`node` as key → (key node, value node); only `known` keys, all keys when `known` is empty."""
        found: dict[str, tuple[Node, Node]] = {}
        if not isinstance(node, MappingNode):
            message, fix = f"expected `key: value` lines, found {_kind(node)}", ""
            if isinstance(node, ScalarNode):
                message, fix = lookalike(node.value) or (message, fix)
            self.at(node, "T007", message, fix, key=key)
            return found
        for key_node, value_node in node.value:
            name = key_node.value if isinstance(key_node, ScalarNode) else None
            if name is None or not name:
                self.at(key_node, "T007", "a key must be a plain word", key=key)
            elif name in found:
                first = line_of(found[name][0])
                self.at(
                    key_node,
                    "T008",
                    f"“{name}” is given twice, first on line {first}",
                    "merge them",
                    key=name,
                )
            elif known and name not in known:
                message, fix = lookalike(name) or (f"unknown key “{name}”", did_you_mean(name, known))
                if found and _is_bare(key_node, value_node):  # {definition: one, two}
                    message, fix = f"a comma ends the text before “{name}”", "put the whole text in quotes"
                self.at(key_node, "T009", message, fix, key=join(key, name))
            else:
                found[name] = (key_node, value_node)
        return found

    def text(self, node: Node, key: str) -> str:
        """`node` as text without surrounding space; empty, with the reason noted, when it is not a text."""
        if not isinstance(node, ScalarNode):
            self.at(node, "T007", f"expected text, found {_kind(node)}", "write one text", key=key)
            return ""
        value: str = node.value
        if self.escapes and (bad := UNPRINTABLE.search(value)):
            self.at(
                node, "T004", f"the text holds the control character {_name(bad[0])}", "remove it", key=key
            )
        return value.strip()

    def parts(
        self, node: Node, needed: tuple[str, ...], code: str, key: str = "", optional: tuple[str, ...] = ()
    ) -> dict[str, Node]:
        """The values of a mapping; a key that is needed and missing is reported under `code`."""
        found = {name: value for name, (_, value) in self.mapping(node, needed + optional, key).items()}
        for name in needed:
            if name not in found:
                self.at(node, code, f"`{name}` is missing", f"add `{name}:`", key=join(key, name))
        return found

    def localized(self, node: Node, languages: tuple[str, ...], code: str, key: str) -> dict[str, str]:
        """A text in every one of the languages; one that is missing is lent, and reported under `code`."""
        given = self.mapping(node, languages, key)
        texts = {
            lang: self.filled(value, self.text(value, join(key, lang)), lang, key)
            for lang, (_, value) in given.items()
        }
        severity = "warning" if any(texts.values()) else "error"
        for lang in languages:
            if not texts.get(lang):
                fix = f"add `{lang}: …`"
                self.at_language(lang, node, code, f"{lang} is missing", fix, key=key, severity=severity)
        return with_borrowed(texts, languages)

    def filled(self, node: Node, text: str, lang: str, key: str) -> str:
        """A text of a language as readers see it."""
        return self.fill(self, node, text, lang, key) if self.fill else text

    def at_language(
        self,
        lang: str,
        node: Node,
        code: str,
        message: str,
        fix: str,
        *,
        key: str,
        severity: str = "error",
    ) -> None:
        """Report a fault of one language where `node`, which holds all of them, begins."""
        before, self.lang = self.lang, lang
        self.at(node, code, message, fix, key=join(key, lang), severity=severity)
        self.lang = before

    def texts(self, node: Node, key: str) -> tuple[str, ...]:
        """`node`, a list of texts, as a tuple."""
        if not isinstance(node, SequenceNode):
            value = node.value if isinstance(node, ScalarNode) else "…"
            self.at(node, "T007", f"expected a list, found {_kind(node)}", f"write [{value}]", key=key)
            return ()
        found = []
        for index, item in enumerate(node.value):
            value = self.text(item, f"{key}[{index}]")
            if value:
                found.append(value)
            elif isinstance(item, ScalarNode):
                self.at(item, "T007", "an empty item in the list", "remove it", key=f"{key}[{index}]")
        return tuple(found)

    def _is_clean_text(self, content: bytes) -> bool:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            is_wide = content[:2] in (b"\xff\xfe", b"\xfe\xff")
            line = 1 if is_wide else content.count(b"\n", 0, error.start) + 1
            self.report("T003", "the file is not UTF-8", "save it as UTF-8 in the editor", line=line)
            return False
        self.escapes = "\\" in text
        if bad := UNPRINTABLE.search(text):
            line = text.count("\n", 0, bad.start()) + 1
            self.report(
                "T004", f"the file holds the control character {_name(bad[0])}", "remove it", line=line
            )
            return False
        return True

    def _syntax(self, error: yaml.YAMLError, content: bytes) -> None:
        """Note libyaml's complaint in words that say what to do."""
        complaint = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
        mark = getattr(error, "problem_mark", None)
        if any(complaint.startswith(message) for message in _LIBYAML_MESSAGES_AT_END):
            mark = getattr(error, "context_mark", None) or mark
        offset: int = getattr(error, "position", 0)
        line = mark.line + 1 if mark else content.count(b"\n", 0, offset) + 1
        lines = content.decode("utf-8-sig").splitlines()
        line = min(line, max(1, len(lines)))
        text = lines[line - 1] if lines else ""
        if "\t" in text[: len(text) - len(text.lstrip())]:
            self.report("T010", "a tab is used for indentation", "use spaces", line=line)
            return
        for number in (line, line - 1):  # where a key is not seen as one, the next line is what surprises
            if 0 < number <= len(lines) and (found := lookalike(lines[number - 1])):
                self.report("T010", *found, line=number)
                return
        for begins, message, fix in _LIBYAML_MESSAGES:
            if complaint.startswith(begins):
                self.report("T010", message, fix, line=line)
                return
        self.report("T010", f"not valid YAML: {complaint}", line=line)

    def _is_plain(self, content: bytes) -> bool:
        """Refuse anchors, aliases, tags and depth: by them a small file becomes huge, and data needs none.

        Nodes are made by recursion in C, where too much depth ends the process, so depth is looked at first.
        """
        brackets = sum(content.count(opens) for opens in (b"[", b"{", b"- ", b"? "))
        if brackets <= _SAFE_DEPTH and not _ANCHOR_OR_TAG.search(content):
            return True
        depth = 0
        for event in yaml.parse(content, Loader=yaml.CLoader):
            line = event.start_mark.line + 1 if event.start_mark else 0
            if isinstance(event, CollectionStartEvent):
                depth += 1
            elif isinstance(event, CollectionEndEvent):
                depth -= 1
            if depth > _MAX_DEPTH:
                self.report("T011", f"the data is nested more than {_MAX_DEPTH} levels deep", line=line)
                return False
            if getattr(event, "anchor", None):
                fix = "put the value in quotes, or write the text out"
                self.report("T011", "YAML anchors and aliases (`&`, `*`) are refused", fix, line=line)
                return False
            if tag := getattr(event, "tag", None):
                self.report("T011", f"the YAML tag “{tag}” is refused", "quote the value", line=line)
                return False
        return True


def read_folder(
    folder: Path,
    read: Callable[[Reader, MappingNode], Item | None],
    fill: Callable[[Reader, Node, str, str, str], str] | None = None,
) -> tuple[dict[str, Item], list[Problem]]:
    """What `read` makes of each YAML file of a folder, which may be missing, by file name; and all faults."""
    problems: list[Problem] = []
    found: dict[str, Item] = {}
    for path in sorted(folder.glob("*.yml")):
        reader = Reader(path, id=path.stem, fill=fill)
        root = reader.read()
        if root is not None and (item := read(reader, root)) is not None:
            found[path.stem] = item
        problems += reader.problems
    return found, problems


def join(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name


def line_of(node: Node) -> int:
    return node.start_mark.line + 1 if node.start_mark else 0


def locate(path: Path, *keys: str | int) -> int:
    """The line where `keys` (mapping keys and list positions) lead in the file; as far as they lead.

    Reads the file again: only for reporting. 0 when it cannot be read any more.
    """
    node: Node | None = Reader(path).read()
    if node is None:
        return 0
    line = 1
    for key in keys:
        step = _step(node, key)
        if step is None:
            break
        line, node = step
    return line


def locate_text(path: Path, *keys: str | int) -> int:
    """The line where the text that `keys` lead to begins: below its key if it is a block, else beside it."""
    node = find(path, *keys)
    return line_of_text(node) if node is not None else locate(path, *keys)


def line_of_text(node: Node) -> int:
    """The line where a text begins: below the sign that opens it if it is a block."""
    if not isinstance(node, ScalarNode) or node.style not in ("|", ">"):
        return line_of(node)
    blank = len(node.value) - len(node.value.lstrip("\n"))
    return line_of(node) + 1 + blank


def find(path: Path, *keys: str | int) -> Node | None:
    """The node that `keys` lead to; none when they lead nowhere or the file cannot be read any more."""
    return descend(Reader(path).read(), *keys)


def descend(node: Node | None, *keys: str | int) -> Node | None:
    """The node that `keys` lead to from this one."""
    for key in keys:
        step = _step(node, key) if node is not None else None
        node = step[1] if step else None
    return node


def _step(node: Node, key: str | int) -> tuple[int, Node] | None:
    """One key down: the line of the key (for a list: of the item) and the node it leads to."""
    if isinstance(node, MappingNode):
        return next(((line_of(k), v) for k, v in node.value if k.value == key), None)
    if isinstance(node, SequenceNode):
        if isinstance(key, int):
            return (line_of(node.value[key]), node.value[key]) if key < len(node.value) else None
        return next(((line_of(item), item) for item in node.value if item.value == key), None)
    return None


def lookalike(line: str) -> tuple[str, str] | None:
    """Message and remedy for a line that has, say, a full-width colon after its key."""
    if not (found := _LOOKALIKE.match(line)):
        return None
    sign = next(filter(None, found.groups()))
    looks = "a colon" if sign == "：" else "a space"
    return (
        f"{_name(sign)} looks like {looks}, but is none to YAML",
        f"type {looks} in its place, as in `key: value`",
    )


def _is_bare(key_node: Node, value_node: Node) -> bool:
    """Whether a key stands there without a colon, as it can between braces."""
    ends, begins = key_node.end_mark, value_node.start_mark
    return ends is not None and begins is not None and bool(ends.index == begins.index)


def _kind(node: Node) -> str:
    if isinstance(node, SequenceNode):
        return "a list"
    if isinstance(node, MappingNode):
        return "a mapping"
    return "a single text" if node.value else "nothing"


def _name(character: str) -> str:
    return f"U+{ord(character):04X}"
