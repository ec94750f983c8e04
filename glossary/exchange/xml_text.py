"""XML of others, read with care: no entities, no other files, no code that a parser could be led to run."""

from __future__ import annotations

import re

from lxml import etree

from .plain import Incoming
from .text import decode

_MARKUP = re.compile(r"<!(?:ENTITY|ELEMENT|ATTLIST|NOTATION)|<!DOCTYPE[^>]*\[")
_DECLARED = re.compile(r"\A(\s*<\?xml[^>]*?)\s+encoding\s*=\s*(['\"])([^'\"]*)\2")
_UNICODE = ("utf-8", "utf8", "utf-16")
# Extensions of ASCII, in which no markup can hide; UTF-7, say, is none.
_CODE_PAGES = re.compile(
    r"us-ascii|iso-8859-\d+|(?:windows-|cp)125\d|gbk|gb2312|gb18030|big5|shift_jis|euc-(?:jp|kr)|koi8-[ru]"
)


def decode_xml(content: bytes, incoming: Incoming) -> str | None:
    """The text of an XML file in the encoding that it declares, without that declaration.

    None, with the reason noted, if the encoding is none of those that are usual or the bytes are not in it.
    """
    head = _DECLARED.match(content[:200].decode("latin-1"))
    declared = head[3].lower() if head else ""
    if head and declared not in _UNICODE:
        try:
            text = content.decode(declared) if _CODE_PAGES.fullmatch(declared) else None
        except (LookupError, UnicodeError):
            text = None
        if text is None:
            fix = f"save it as UTF-8, and say so on the first line instead of {head[3]}"
            incoming.report("X003", f"the file is not {head[3]}, or that is not known", fix, line=1)
            return None
    else:
        text = decode(content, incoming)
    return text and _DECLARED.sub(r"\1", text, count=1)


def parse_xml(content: bytes, incoming: Incoming) -> etree._Element | None:
    """The file's root; None, with the reason noted, if it is no XML or has entities of its own."""
    text = decode_xml(content, incoming)
    if text is None:
        return None
    if refused := _MARKUP.search(text):
        line = text.count("\n", 0, refused.start()) + 1
        message = "the file declares entities or a document type of its own, which is refused"
        incoming.report("X005", message, "remove everything from <!DOCTYPE to ]>", line=line)
        return None
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(text.encode(), parser)
        if (entity := next(root.iter(etree.Entity), None)) is not None:
            message = f"the entity “{entity.text}” is not defined in the file"
            incoming.report("X005", message, "write the text out", line=entity.sourceline or 0)
            return None
        return root
    except etree.XMLSyntaxError as error:
        incoming.report("X004", f"not valid XML: {error.msg}", line=error.lineno or 0)
        return None
