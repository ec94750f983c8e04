"""Terms in running text: where they are mentioned, and which concept each mention is of.

    linker = Linker(termbase, "nb")
    linker.find("De latente rommene lærer generatorens bruk.")
    # [Match(start=3, end=18, id="latent-space"), Match(start=25, end=37, id="generator")]

What finds terms in plain text belongs here. What a language's endings mean belongs in `inflection`, and what
becomes of a match on a page in `markdown` and `prose`. Where spaces separate words, each word of the text is
looked up among the first words of terms (`words`), so the cost grows with the text and not with the termbase.
Chinese, which has no spaces, is searched for all terms at once (`han`). The longest term wins, and a term
inside a longer word is not found.
"""

from __future__ import annotations

from .linker import Linker
from .text import Match

__all__ = ["Linker", "Match"]
