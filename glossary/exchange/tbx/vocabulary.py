"""Names of the standard, and which value of ours each stands for."""

from __future__ import annotations

from pathlib import Path

OUR_SENTENCE = "Exported from a folder of YAML files by Ordlab."  # in the header
NAMESPACE = "urn:iso:std:iso:30042:ed-2"
DIALECT = "TBX-Ordlab"
OPEN_DIALECT = "TBX-Ordlab-Open"  # with data categories of others, which no module of ours defines
BASIC = "TBX-Basic"
SCHEMA = Path(__file__).parent.parent / "tbx_schema"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
STATUS = "{}Term-admn-sts"
# Element of the 2008 edition, or of TBX-Min as it was first published → of this one.
NAMES_OF_2008 = {
    "martif": "tbx",
    "martifHeader": "tbxHeader",
    "termEntry": "conceptEntry",
    "langSet": "langSec",
    "tig": "termSec",
    "ntig": "termSec",
    "refObjectList": "refObjectSec",
    "TBX": "tbx",
    "entry": "conceptEntry",
    "langGroup": "langSec",
    "termGroup": "termSec",
}
META = ("descrip", "admin", "termNote", "ref", "xref", "transacNote", "transac", "adminNote", "descripNote")
# In DCT style an element is called by its category; the element of DCA style, for public modules.
LEVELS = {
    "admin": (
        "source",
        "customerSubset",
        "projectSubset",
        "businessUnitSubset",
        "productSubset",
        "sourceIdentifier",
    ),
    "descrip": ("subjectField", "definition", "context", "explanation", "reliabilityCode"),
    "ref": ("crossReference",),
    "xref": ("externalCrossReference", "xGraphic", "xSource"),
}
# What tools write for a status, beside the standard's own words.
STATUSES = {"notrecommended": "deprecated", "obsolete": "superseded", "forbidden": "deprecated"}
# Our value → TBX-Basic's. Where several of ours share one, the Ordlab module says which.
POS = {
    "noun": "noun",
    "verb": "verb",
    "adjective": "adjective",
    "adverb": "adverb",
    "other": "other",
    "proper noun": "noun",
}
GENDERS = {"m": "masculine", "f": "feminine", "n": "neuter", "m/f": "other"}
TYPES = {
    "full": "fullForm",
    "abbreviation": "abbreviation",
    "acronym": "acronym",
    "variant": "variant",
    "proper name": "",
}
PICKLISTS = {
    "pos": ("partOfSpeech", POS),
    "gender": ("grammaticalGender", GENDERS),
    "type": ("termType", TYPES),
}
TBX_RELATIONS = {
    "broader": "broaderConceptGeneric",
    "part_of": "broaderConceptPartitive",
    "not_to_be_confused_with": "notToBeConfusedWith",
}


def from_basic(values: dict[str, str]) -> dict[str, str]:
    """TBX-Basic's value → ours, for those that are neither coarser nor missing there."""
    found: dict[str, str] = {}
    for ours, basic in values.items():
        found.setdefault(basic, ours)
    return {basic: ours for basic, ours in found.items() if basic and (basic, ours) != ("other", "m/f")}
