"""What values may be, and the codes of what is wrong with them."""

from __future__ import annotations

import re

from yaml.nodes import Node

from ..model import CONTEXT, GENDERS, POS, STATUSES, TYPES
from ..yamlfile import Reader, did_you_mean

CODES = {
    "T001": "A file cannot be read.",
    "T002": "A file is larger than one megabyte.",
    "T003": "A file is not UTF-8.",
    "T004": "A text contains a control character.",
    "T005": "A file is empty.",
    "T006": "A file does not consist of `key: value` lines.",
    "T007": "A value is of the wrong kind: a list where a text belongs, or the other way around.",
    "T008": "A key is given twice.",
    "T009": "A key is unknown.",
    "T010": "A file is not valid YAML.",
    "T011": "A file uses YAML anchors, aliases or tags, or is nested too deeply.",
    "T012": "A text contains more brackets than Markdown can process in reasonable time.",
    "T020": "A file name cannot be used as a concept's id.",
    "T021": "A concept lacks one of the site's languages.",
    "T022": "A language is not listed in `languages.yml`.",
    "T023": "A language has no term.",
    "T024": "A language has no definition.",
    "T025": "A value is not one of those allowed.",
    "T026": "A language does not have exactly one preferred term.",
    "T027": "A concept gives the same term twice in one language.",
    "T028": "Something that is required is missing.",
    "T030": "A subject is unknown.",
    "T031": "A relation leads to a concept that does not exist.",
    "T032": "A source is not listed in `sources.yml`.",
    "T033": "A concept is related to itself.",
    "T034": "Relations form a circle.",
    "T035": "Two concepts share a term in one language.",
    "T036": "Two concepts claim the same old address.",
    "T037": "More than one language is marked as the reference.",
}
ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
ID_FORM = "use lower-case letters a–z, digits and single hyphens, a letter first"
SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?")
TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")  # BCP 47 in the main: RFC 5646, section 2.1
CHOICES = {"status": STATUSES, "gender": GENDERS, "type": TYPES, "pos": POS}
LINKS = {"first": True, "manual": False, CONTEXT: CONTEXT}
YES_NO = {"true": True, "yes": True, "false": False, "no": False}


def report_not_allowed(reader: Reader, node: Node, key: str, value: str, allowed: tuple[str, ...]) -> None:
    reader.at(node, "T025", f"“{value}” is not allowed here", did_you_mean(value, allowed), key=key)
