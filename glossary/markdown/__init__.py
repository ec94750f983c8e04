"""Links to terms, as an extension of Python-Markdown: for MkDocs, and for any other host.

    links = TermLinks(Page(Linker(termbase, "en"), url_for="/en/glossary/{}/".format))
    html = markdown.markdown("A *latent* space, and [[generator|its inhabitant]].", extensions=[links])

The first mention of a term becomes `<a class="term" data-term="latent-space" href="…">`. `[[id]]` and
`[[id|text]]` link by hand, and always. Everything works on the parsed tree, after the other extensions: a
term may begin in one element and end in another, and code and headings are known for what they are.

What has to do with Python-Markdown belongs here; finding terms in plain text belongs in `links`.
"""

from __future__ import annotations

from .extensions import FORMULA, ReadProse, TermLinks, are_formulas_ours, makeExtension
from .page import Page
from .tree import BARRIER

__all__ = ["BARRIER", "FORMULA", "Page", "ReadProse", "TermLinks", "are_formulas_ours", "makeExtension"]
