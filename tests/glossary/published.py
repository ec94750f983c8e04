"""Files as others publish them, made up in real sizes: a thesaurus, a termbase and a spreadsheet.

Each has what such files are odd in. The same arguments make the same bytes.
"""

from __future__ import annotations

import csv
import io
import random
from xml.sax.saxutils import escape

from rdflib import DCTERMS, OWL, RDF, SKOS, XSD, BNode, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection

_SYLLABLES = [
    "ba",
    "den",
    "fi",
    "gol",
    "hun",
    "jer",
    "ka",
    "lom",
    "mi",
    "nar",
    "ost",
    "pel",
    "ru",
    "sti",
    "tor",
    "un",
    "vik",
]
HOME = "https://example.org/sea/"
XL = Namespace("http://www.w3.org/2008/05/skos-xl#")


def words(random: random.Random, count: int) -> list[str]:
    """Made-up words, all different but for one in fifty, which is a homonym."""
    made: dict[str, None] = {}
    while len(made) < count:
        made["".join(random.choices(_SYLLABLES, k=random.randint(2, 5)))] = None
    found = list(made)
    for place in range(50, count, 50):
        found[place] = found[place - 50]
    return found


def thesaurus(count: int, *, seed: int = 1) -> Graph:
    """SKOS: several parents and schemes, collections, matches, notes, labels without definitions."""
    chance = random.Random(seed)
    graph = Graph()
    graph.bind("skos", SKOS)
    names = words(chance, count)
    nodes = [URIRef(f"{HOME}{number}") for number in range(1, count + 1)]
    schemes = [URIRef(f"{HOME}scheme/{name}") for name in ("main", "fish")]
    for scheme in schemes:
        graph.add((scheme, RDF.type, SKOS.ConceptScheme))
        graph.add((scheme, DCTERMS.title, Literal("Sea", lang="en")))
    for place, (node, name) in enumerate(zip(nodes, names, strict=True)):
        graph.add((node, RDF.type, SKOS.Concept))
        for scheme in schemes[: 1 + (place % 9 == 0)]:
            graph.add((node, SKOS.inScheme, scheme))
        _labels(graph, node, name, place, chance)
        _notes(graph, node, name, place)
        for parent in {chance.randrange(place) for _ in range(1 + place % 2)} if place else ():
            graph.add((node, SKOS.broader, nodes[parent]))
            if place % 3:
                graph.add((nodes[parent], SKOS.narrower, node))
        if place > 5 and not place % 4:
            graph.add((node, SKOS.related, nodes[place - 3]))
    _groups(graph, nodes)
    return graph


def _labels(graph: Graph, node: URIRef, name: str, place: int, chance: random.Random) -> None:
    if place % 100 == 99:  # taken out of use, and nameless since
        graph.add((node, OWL.deprecated, Literal(True)))
        return
    if place % 40 != 7:
        graph.add((node, SKOS.prefLabel, Literal(name, lang="en-GB" if place % 5 == 1 else "en")))
    graph.add((node, SKOS.altLabel, Literal(f"{name} s", lang="en")))
    if place % 3:
        graph.add((node, SKOS.prefLabel, Literal(f"{name}en", lang="no")))
    if place % 11 == 0:
        graph.add((node, SKOS.prefLabel, Literal(f"{name}", lang="fr")))
    if place % 17 == 0:
        graph.add((node, SKOS.altLabel, Literal(f" {name}  plus ")))
        graph.add((node, SKOS.hiddenLabel, Literal(f"{name[1:]}", lang="en")))
    if place % 29 == 0:
        label = URIRef(f"{node}/label") if place % 2 else BNode()
        graph.add((node, XL.altLabel, label))
        graph.add((label, RDF.type, XL.Label))
        graph.add((label, XL.literalForm, Literal(f"{name} label", lang="en")))
        graph.add((label, DCTERMS.modified, Literal("2020-01-02", datatype=XSD.date)))


def _notes(graph: Graph, node: URIRef, name: str, place: int) -> None:
    graph.add((node, SKOS.notation, Literal(f"N{place}")))
    graph.add((node, DCTERMS.created, Literal("2019-05-06", datatype=XSD.date)))
    if place % 2:
        graph.add((node, SKOS.definition, Literal(f"what is called {name}", lang="en")))
    if place % 13 == 0:
        graph.add((node, SKOS.definition, Literal(f"also called\n{name}", lang="en")))
        graph.add((node, SKOS.scopeNote, Literal(f"not “{name}”", lang="no")))
    if place % 19 == 0:
        graph.add((node, SKOS.editorialNote, Literal('"check"')))
        graph.add((node, SKOS.closeMatch, URIRef(f"http://example.com/{place}?a=b")))
        graph.add((node, DCTERMS.subject, Literal("Fishing" if place % 2 else "Sailing", lang="en")))
    if place % 37 == 0:
        note = BNode()
        graph.add((node, SKOS.changeNote, note))
        graph.add((note, RDF.value, Literal("moved", lang="en")))
        graph.add((note, DCTERMS.creator, URIRef("https://example.org/people/7")))
    if place % 53 == 0:
        graph.add((node, SKOS.broader, URIRef("http://example.com/elsewhere")))


def _groups(graph: Graph, nodes: list[URIRef]) -> None:
    group, ordered = URIRef(f"{HOME}group"), BNode()
    graph.add((group, RDF.type, SKOS.Collection))
    graph.add((group, SKOS.prefLabel, Literal("some", lang="en")))
    for node in nodes[::50]:
        graph.add((group, SKOS.member, node))
    listed = BNode()
    Collection(graph, listed, nodes[:40])
    graph.add((URIRef(f"{HOME}order"), RDF.type, SKOS.OrderedCollection))
    graph.add((URIRef(f"{HOME}order"), SKOS.memberList, listed))
    graph.add((ordered, RDF.type, SKOS.Collection))
    graph.add((ordered, SKOS.member, nodes[0]))
    graph.add((ordered, SKOS.member, group))


def termbase(count: int, *, seed: int = 2) -> bytes:
    """TBX of 2008 as a tool for terminology exports it, with much that no standard has."""
    chance = random.Random(seed)
    entries = "".join(_entry(number, name, chance) for number, name in enumerate(words(chance, count), 1))
    title = "<fileDesc><titleStmt><title>Nets &amp; boats</title></titleStmt>"
    title += "<sourceDesc><p>Made up</p></sourceDesc>"
    person = '<refObject id="p1"><item type="fn">Somebody</item></refObject>'
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE martif SYSTEM "TBXBasiccoreStructV02.dtd">
<martif type="TBX-Basic" xml:lang="en-US">
<martifHeader>{title}</fileDesc><encodingDesc><p type="XCSURI">x.xcs</p></encodingDesc></martifHeader>
<text><body>{entries}</body>
<back><refObjectList type="respPerson">{person}</refObjectList></back></text></martif>
""".encode()


def _entry(number: int, name: str, chance: random.Random) -> str:
    target = chance.randint(1, number)
    above = [f'<descrip type="subjectField">{"Fishing" if number % 3 else "Rigging"}</descrip>'] * (
        number % 4 > 0
    )
    above += ['<descrip type="Project">A &lt; B</descrip>'] * (number % 5 == 0)
    above += [f'<ref type="crossReference" target="c{target}">see</ref>'] * (number % 6 == 0)
    above += ['<xref type="xGraphic" target="https://example.org/a.png">a picture</xref>'] * (number % 7 == 0)
    above += [f'<descrip type="definition">what {name} is</descrip>'] * (number % 8 == 0)
    above += [
        '<transacGrp><transac type="transactionType">origination</transac><date>2020-02-03</date>'
        '<transacNote type="responsibility" target="p1">Somebody</transacNote></transacGrp>'
    ] * (number % 2)
    english = (
        _definition(name, number)
        + _term(f"{name}", "preferred", number)
        + _term(f"{name} two", "preferred", 3)
    )
    english += _term(f"{name} old", "notRecommended" if number % 2 else "obsolete", 5) * (number % 3 == 0)
    norwegian = _term(f"{name}et", "admittedTerm-admn-sts", number) * (number % 5 > 0)
    twice = _term(f"{name}et", "deprecatedTerm-admn-sts", 1) * (number % 25 == 1)
    sections = f'<langSet xml:lang="en-US">{english}</langSet>'
    sections += f'<langSet xml:lang="nb-NO">{norwegian}{twice}</langSet>' * bool(norwegian)
    sections += f'<langSet xml:lang="en-GB">{_term(name + "our", "preferred", 2)}</langSet>' * (
        number % 9 == 0
    )
    return f'<termEntry id="c{number}">{"".join(above)}{sections}</termEntry>\n'


def _definition(name: str, number: int) -> str:
    text = (
        f"that which is\n   a <hi>{name}</hi> &amp; more"
        if number % 10 == 0
        else f"thing like {escape(name)}"
    )
    source = '<admin type="source">Own</admin><note>checked</note>' if number % 3 == 0 else ""
    return f'<descripGrp><descrip type="definition">{text}</descrip>{source}</descripGrp>' * (number % 7 > 0)


def _term(text: str, status: str, number: int) -> str:
    notes = f'<termNote type="administrativeStatus">{status}</termNote>'
    notes += '<termNote type="partOfSpeech">Noun</termNote><termNote type="register">neutral</termNote>' * (
        number % 2
    )
    notes += (
        '<termNoteGrp><termNote type="geographicalUsage">coast</termNote><note>rare</note></termNoteGrp>'
        * (number % 11 == 0)
    )
    more = '<descrip type="context">We have one.</descrip><note>short</note><note>long</note>' * (
        number % 4 == 0
    )
    if number % 13 == 0:
        return f"<ntig><termGrp><term>{text}</term>{notes}</termGrp>{more}</ntig>"
    return f"<tig><term>{text}</term>{notes}{more}</tig>"


def spreadsheet(count: int, *, seed: int = 3) -> str:
    """A table with columns per language, and one of its owner's."""
    chance = random.Random(seed)
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=";")
    writer.writerow(
        ["Nr", "Term (EN)", "Synonyms EN", "Definition EN", "Begrep NB", "Fagområde", "Kommentar"]
    )
    for number, name in enumerate(words(chance, count), 1):
        definition = f"what is called {name};\nmore or less" if number % 2 else ""
        comment = f"row {number}" if number % 3 else ""
        subject = "Fiske" if number % 2 else "Båter"
        writer.writerow([number, name, f"{name} a; {name} b", definition, f"{name}ø", subject, comment])
    return stream.getvalue()
