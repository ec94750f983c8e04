"""TBX: ISO 30042:2019, DCA style (data categories as attribute values).

The dialect is called TBX-Ordlab. It is TBX-Basic (the core structure with the modules Min and Basic) and one
module of our own, Ordlab, for what TBX-Basic has no place for:

    conceptEntry  descrip  broaderConceptGeneric, broaderConceptPartitive  `broader` and `part_of`
                  descrip  notToBeConfusedWith  the relation of that name
                  admin    legacyAddress, furtherReading, figure, reviewed
    langSec       descrip  summary, explanation
                  admin    basis
    termSec       termNote partOfSpeechDetail, grammaticalGenderDetail, termTypeDetail  where TBX-Basic's
                           list of values has a coarser one, or none
                  termNote inflectedForm, pinyin, sortKey, linking, otherWord
    back          refObjectSec subjects, bibl, languages  what is in subjects.yml, sources.yml, languages.yml

`tbx_schema/ordlab.tbxmd` defines the module (Annex B of the standard), `tbx_schema/TBX-Ordlab.rng` the whole
dialect. With `basic=True` the file is TBX-Basic and nothing else, and has only what that can say.

What was kept of files of others comes out again in their own data categories, which our module does not
define. A file with such categories follows the core structure, and calls its dialect TBX-Ordlab-Open.

Files of others are read too: TBX-Basic in DCA or DCT style, and its 2008 edition (`martif`, `termEntry`,
`langSet`, `tig`, `ntig`).
"""

from __future__ import annotations

from .read import read
from .vocabulary import NAMESPACE, SCHEMA
from .write import write

__all__ = ["NAMESPACE", "SCHEMA", "read", "write"]
