"""The linker finds what the gold corpus marks, and behaves on any text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glossary.links import Linker, Match
from glossary.load import load
from glossary.model import CONTEXT, Concept, Entry, Language, Term, Termbase
from tests.glossary import gold

LANGUAGES = list(gold.LANGUAGES)


def linker_for(lang: str, stemmer: str = "", segment: str = "words", **concepts: list[Term]) -> Linker:
    """A linker of one language for a few concepts."""
    language = gold.LANGUAGES.get(lang) or Language(lang, lang, lang, stemmer=stemmer, segment=segment)
    made = {
        id: Concept(id, Path(f"{id}.yml"), "", {lang: Entry(lang, tuple(terms), "-")})
        for id, terms in concepts.items()
    }
    return Linker(Termbase(Path(), {lang: language}, {}, {}, made), lang)


def found(linker: Linker, text: str) -> list[tuple[str, str]]:
    return [(text[match.start : match.end], match.id) for match in linker.find(text)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_gold_sentences_are_linked_as_marked(lang: str) -> None:
    scores = [
        gold.measure(Linker(gold.termbase(field), lang), gold.sentences(field, lang))
        for field in gold.fields()
    ]
    score = gold.total(scores)
    print(f"{lang}: {score}")
    assert score.precision >= 0.98, score
    assert score.recall >= 0.98, score


@pytest.mark.parametrize(("lang", "most"), [("en", 9), ("zh", 12)])
def test_known_faults_do_not_grow_in_number(lang: str, most: int) -> None:
    """Whoever fixes one of them moves its sentence to the other file."""
    scores = [
        gold.measure(Linker(gold.termbase(field), lang), gold.sentences(field, lang, "open"))
        for field in gold.fields()
    ]
    score = gold.total(scores)
    assert score.wrong <= most, score
    assert not score.right + score.missed, "nothing is marked in these files"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_help_about_ai_misses_no_link(lang: str) -> None:
    for field in ("generative", "assistants", "pictures", "ai"):
        score = gold.measure(Linker(gold.termbase(field), lang), gold.sentences(field, lang))
        assert not score.missed, (field, str(score))


# Rounded down from what was measured, so that another concept in the termbase may cost a link.
@pytest.mark.parametrize(
    ("lang", "precision", "recall"), [("nb", 0.94, 0.96), ("en", 0.91, 0.95), ("zh", 0.91, 0.97)]
)
def test_our_own_terms_are_told_from_what_looks_like_them(lang: str, precision: float, recall: float) -> None:
    termbase = load(Path(__file__).parents[2] / "glossary")
    score = gold.measure(Linker(termbase, lang), gold.sentences("own", lang), only=gold.ids_of("own"))
    assert score.right + score.missed >= 95
    assert score.precision >= precision, score
    assert score.recall >= recall, score


def test_soft_hyphens_part_no_words() -> None:
    linker = linker_for("en", generator=[Term("generator", "preferred")])
    text = "The gene\u00adrator is no generator\u00adset."
    assert found(linker, text) == [("gene\u00adrator", "generator")]


@pytest.mark.parametrize(
    ("lang", "term", "text", "is_found"),
    [
        ("nb", Term("krykke", "preferred", gender="m/f"), "Etterpå fikk hun krykker.", True),
        ("nb", Term("krykke", "preferred", gender="m/f"), "Mens hun krykker seg fram.", False),
        ("nb", Term("lag", "preferred", gender="n"), "Lag en liste.", False),
        ("nb", Term("lag", "preferred", gender="n"), "Snøen laget en vegg.", False),
        ("nb", Term("lag", "preferred", gender="n"), "Maskene var laget av papir.", False),
        ("nb", Term("lag", "preferred", gender="n"), "Hun har laget noe.", False),
        ("nb", Term("lag", "preferred", gender="n"), "Det er laget som vinner.", True),
        ("nb", Term("sår", "preferred", gender="n"), "Bonden sår havre.", False),
        ("nb", Term("sår", "preferred", gender="n"), "Begrepet sår er vidt.", True),
        ("nb", Term("søker", "preferred", gender="m"), "Alle som søker, får svar.", False),
        ("nb", Term("søker", "preferred", gender="m"), "Den brukes som søker.", True),
        ("nb", Term("transformer", "preferred", gender="m"), "Det vil transformere skolen.", False),
        ("nb", Term("transformer", "preferred", gender="m"), "Å transformere tall er lett.", False),
        ("nb", Term("transformer", "preferred", gender="m"), "Læreren transformerer oppgaven.", False),
        ("nb", Term("transformer", "preferred", gender="m"), "Da kan transformere hjelpe.", True),
        ("nb", Term("transformer", "preferred", gender="m"), "Transformer-arkitekturen er ny.", True),
        ("nb", Term("transformer", "preferred", gender="m"), "Bransjen transformeres av teknologi.", False),
        ("nb", Term("lærer", "preferred", gender="m"), "Dette er læreres arbeid.", True),
        ("nb", Term("karakter", "preferred", gender="m"), "Elevene får karakterer.", True),
        ("nb", Term("en-til-en", "preferred", pos="adjective"), "Nettet er ende-til-ende.", False),
        ("en", Term("cross", "preferred"), "Cross the road.", False),
        ("en", Term("cross", "preferred"), "A cross the height of a man stood there.", True),
        ("en", Term("match", "preferred"), "Does this key match the lock?", False),
        ("en", Term("match", "preferred"), "In every match the coach shouts.", True),
        ("en", Term("stand", "preferred"), "I can't stand the smell.", False),
        ("en", Term("mask", "preferred"), "The network masks the words.", False),
        ("en", Term("mask", "preferred"), "In both masks the edges are soft.", True),
        ("en", Term("noise", "preferred"), "It is robust to noise that is added.", True),
        ("en", Term("patient", "preferred"), "Be patient, please.", False),
        ("zh", Term("分辨率", "preferred"), "低分辨率的图片", True),
        ("zh", Term("token", "preferred"), "128K-token 的窗口", True),
        ("zh", Term("token", "preferred"), "GPT2-token 的窗口", False),
    ],
)
def test_neighbors_tell_nouns_from_verbs(lang: str, term: Term, text: str, is_found: bool) -> None:
    assert bool(found(linker_for(lang, concept=[term]), text)) is is_found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("She works for the Deep Learning Institute.", []),
        ("It runs the Deep Learning AMI.", []),
        ("A degree in AWS Deep Learning", []),
        ("Try Deep Learning at home.", ["Deep Learning"]),
        ("This is Deep Learning.", ["Deep Learning"]),
        ("WHAT DEEP LEARNING CANNOT DO", ["DEEP LEARNING"]),
        ("What Deep Learning DL can do", ["Deep Learning"]),
    ],
)
def test_what_is_part_of_a_longer_name_is_no_term(text: str, expected: list[str]) -> None:
    linker = linker_for(
        "en", whole=[Term("deep learning", "preferred")], part=[Term("learning", "preferred")]
    )
    assert [mention for mention, _ in found(linker, text)] == expected


def test_forms_that_an_author_gives_need_not_look_like_the_term() -> None:
    linker = linker_for("nb", tuning=[Term("finjustering", "preferred", forms=("finjusterte",))])
    assert found(linker, "Vi finjusterte den.") == [("finjusterte", "tuning")]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_corpus_is_large_and_has_negatives(lang: str) -> None:
    sentences = [sentence for field in gold.fields() for sentence in gold.sentences(field, lang)]
    assert len(sentences) >= 100
    assert len([s for s in sentences if not s.links]) >= 15


def test_every_mark_names_a_concept_of_its_field() -> None:
    for field in gold.fields():
        ids = set(gold.termbase(field).concepts)
        for lang in LANGUAGES:
            assert {id for s in gold.sentences(field, lang) for _, _, id in s.links} <= ids, (field, lang)


def test_a_term_that_is_not_linked_hides_the_shorter_one_inside() -> None:
    terms = {
        "network": [Term("network", "preferred")],
        "news": [Term("news network", "preferred", link=False)],
    }
    assert found(linker_for("en", **terms), "The news network bought a network.") == [("network", "network")]


@pytest.mark.parametrize("status", ["deprecated", "superseded"])
def test_only_usable_terms_are_linked(status: str) -> None:
    linker = linker_for("en", space=[Term("latent space", "preferred"), Term("lantent space", status)])
    assert found(linker, "A lantent space is a latent space.") == [("latent space", "space")]


def test_a_form_of_two_concepts_is_reported_and_not_linked() -> None:
    linker = linker_for("en", a=[Term("bank", "preferred")], b=[Term("shore", "preferred", forms=("banks",))])
    assert found(linker, "The banks of a bank.") == [("banks", "b"), ("bank", "a")], (
        "written forms come first"
    )
    linker = linker_for("en", a=[Term("axe", "preferred")], b=[Term("axis", "preferred")])
    assert found(linker, "Two axes, one axe.") == [("axe", "a")]
    assert linker.ambiguous == {"axes": ("a", "b")}


def test_chinese_homonyms_are_reported_and_not_linked() -> None:
    linker = linker_for("zh", a=[Term("推理", "preferred")], b=[Term("推断", "preferred", forms=("推理",))])
    assert found(linker, "推理和推断") == [("推断", "b")]
    assert linker.ambiguous == {"推理": ("a", "b")}


def test_forms_are_found_as_written() -> None:
    linker = linker_for("nb", tre=[Term("tre", "preferred", gender="n", forms=("trær", "trærne"))])
    assert [text for text, _ in found(linker, "Trærne og treet, trær og tresko.")] == [
        "Trærne",
        "treet",
        "trær",
    ]


SIGNS = [
    ("C++", "C++ and C+++, xC++, C++11, a.C++; C++.", ["C++", "C++"]),
    ("C#", "C# and C#7 or (C#)", ["C#", "C#"]),
    (".NET", ".NET and ASP.NET, Use .NET.", [".NET", ".NET"]),
    (
        "Node.js",
        "Node.js, node.js. Not Node.json, https://x.org/Node.js or a/node.js",
        ["Node.js", "node.js"],
    ),
    ("I/O", "I/O, FoI/O, i/o", ["I/O"]),
    ("R&D", "R&D of SR&D", ["R&D"]),
    ("i.e.", "that is, i.e., this", ["i.e."]),
    ("GPT-4", "GPT-4, GPT-45", ["GPT-4"]),
    ("bank (river)", "a bank, the bank (river)", ["bank (river)"]),
    (
        "k-nearest neighbors (k-NN)",
        "The k-nearest neighbors (k-NN), one k-nearest neighbor, k-NN",
        ["k-nearest neighbors (k-NN)", "k-nearest neighbor", "k-NN"],
    ),
]


@pytest.mark.parametrize(("term", "text", "expected"), SIGNS)
def test_terms_with_signs(term: str, text: str, expected: list[str]) -> None:
    linker = linker_for("en", concept=[Term(term, "preferred")])
    assert [mention for mention, _ in found(linker, text)] == expected


@pytest.mark.parametrize("term", ["C++", "C#", ".NET", "Node.js", "I/O"])
def test_terms_with_signs_in_chinese(term: str) -> None:
    linker = linker_for("zh", concept=[Term(term, "preferred")])
    assert len(found(linker, f"用{term}写，{term}11，X{term}，ASP{term}。")) == 1


def test_the_longer_of_two_terms_with_signs_counts() -> None:
    terms = {"c": [Term("C++", "preferred")], "code": [Term("C++ code", "preferred")]}
    linker = linker_for("en", **terms, unlinked=[Term("C++ template", "preferred", link=False)])
    assert found(linker, "C++ code, a C++ template and C++") == [("C++ code", "code"), ("C++", "c")]


def test_a_single_letter_is_found_where_its_author_says_so() -> None:
    assert found(linker_for("en", r=[Term("R", "preferred")]), "R is R.") == []
    linker = linker_for("en", r=[Term("R language", "preferred", forms=("R",))])
    assert found(linker, "R is not r, nor R2.") == [("R", "r")]


@pytest.mark.parametrize(
    ("term", "text", "expected"),
    [
        (Term("GPT-4", "preferred"), "GPT-4-modellen", "GPT-4"),
        (Term("GPT-4-modell", "preferred", gender="m"), "GPT-4-modellen", "GPT-4-modellen"),
        (Term("FoU", "preferred"), "FoU-midler", "FoU"),
        (Term("e-postadresse", "preferred", gender="m"), "e-postadressen", "e-postadressen"),
        (Term("LLM", "preferred"), "LLM-inferens", "LLM"),
        (Term("LLM", "preferred"), "LLM-er", "LLM-er"),
        (Term("C++", "preferred"), "C++-kode", "C++"),
        (Term("transformer", "preferred", gender="m"), "transformer-basert", "transformer"),
        (Term("transformer", "preferred", gender="m"), "transformere-basert", ""),
        (Term("transformer", "preferred", gender="m"), "pre-transformer", ""),
        (Term("transformer", "preferred", gender="m"), "transformerarkitektur", ""),
    ],
)
def test_a_norwegian_compound_with_a_hyphen_links_its_first_part(
    term: Term, text: str, expected: str
) -> None:
    assert [mention for mention, _ in found(linker_for("nb", concept=[term]), text)] == [expected] * bool(
        expected
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_capitals_within_a_word_that_has_none_do_not_matter(lang: str) -> None:
    linker = linker_for(lang, softmax=[Term("softmax", "preferred")], gan=[Term("GAN", "preferred")])
    assert found(linker, "SoftMax, softmax; gan, Gan.") == [("SoftMax", "softmax"), ("softmax", "softmax")]


@pytest.mark.parametrize(
    ("lang", "term", "not_", "text", "expected"),
    [
        ("zh", "采样", ("过采样", "分层采样"), "过采样、分层采样和采样", 1),
        ("zh", "语言模型", ("多语言模型",), "多语言模型是语言模型", 1),
        ("en", "sampling", ("stratified sampling",), "Stratified sampling is sampling.", 1),
        ("nb", "utvalg", ("stratifisert utvalg",), "Det stratifiserte utvalget og utvalget.", 1),
        ("en", "C", ("C++",), "C++", 0),
    ],
)
def test_longer_words_that_mean_something_else(
    lang: str, term: str, not_: tuple[str, ...], text: str, expected: int
) -> None:
    linker = linker_for(lang, concept=[Term(term, "preferred", not_=not_)])
    assert len(found(linker, text)) == expected


def test_a_term_in_context_counts_beside_others_of_its_subject() -> None:
    subjects = {"temperature": "models", "sampling": "models", "oven": "cooking", "nothing": ""}
    terms = {id: (Term(id, "preferred", link=CONTEXT if id != "sampling" else True),) for id in subjects}
    concepts = {
        id: Concept(id, Path(f"{id}.yml"), subject, {"en": Entry("en", terms[id], "-")})
        for id, subject in subjects.items()
    }
    linker = Linker(Termbase(Path(), {"en": gold.LANGUAGES["en"]}, {}, {}, concepts), "en")
    ids = [match.id for match in linker.find("A temperature.\n\nThe temperature in sampling, oven, nothing.")]
    assert ids == ["temperature", "sampling"]
    assert linker.find("The temperature of the oven.") == []
    parsed = "\ufffcThe temperature.\ufffc\n\ufffcSampling \ufffc\ufffc and temperature.\ufffc"
    assert [match.start for match in linker.find(parsed)] == [parsed.index("Samp"), parsed.rindex("temp")]


def test_a_term_in_context_counts_beside_what_relations_lead_to_in_two_steps() -> None:
    relations = {"noise": {}, "image": {"related": ("noise",)}, "pixel": {"part_of": ("image",)}}
    relations["print"] = {"related": ("pixel",)}
    concepts = {
        id: Concept(id, Path(f"{id}.yml"), "", {"en": Entry("en", (Term(id, "preferred"),), "-")}, **related)
        for id, related in relations.items()
    }
    ambiguous = Entry("en", (Term("noise", "preferred", link=CONTEXT),), "-")
    concepts["noise"] = Concept("noise", Path("noise.yml"), "", {"en": ambiguous})
    linker = Linker(Termbase(Path(), {"en": gold.LANGUAGES["en"]}, {}, {}, concepts), "en")
    for neighbor, expected in (("image", True), ("pixel", True), ("print", False)):
        assert ("noise" in [match.id for match in linker.find(f"noise of the {neighbor}")]) == expected
        assert bool(linker.find("the noise", about=neighbor)) == expected


def test_a_term_in_context_counts_beside_an_unambiguous_name_of_its_own() -> None:
    terms = (Term("noise", "preferred", link=CONTEXT), Term("Gaussian noise", "admitted"))
    linker = linker_for("en", noise=list(terms))
    assert [match.start for match in linker.find("noise, or Gaussian noise")] == [0, 10]


@pytest.mark.parametrize(
    "text",
    [
        "see generator.py",
        "my_generator",
        "https://example.org/generator/",
        "www.generator.no",
        "/usr/generator/bin",
        "@generator",
        "me@generator.org",
        "generator()",
        "generator-set",
        "co-generator",
        "regenerators",
    ],
)
def test_no_term_in_what_is_not_prose(text: str) -> None:
    assert found(linker_for("en", generator=[Term("generator", "preferred")]), text) == []


@pytest.mark.parametrize(
    "text", ["ﬁne generator", "generator", "«generator»", "(generator)", "a/generator", "generator…"]
)
def test_a_term_beside_signs(text: str) -> None:
    assert [id for _, id in found(linker_for("en", generator=[Term("generator", "preferred")]), text)] == [
        "generator"
    ]


def test_letters_that_are_composed_of_two_characters() -> None:
    linker = linker_for("nb", spraak=[Term("språkmodell", "preferred")])
    text = "Spra\u030akmodellen er stor."
    assert linker.find(text) == [Match(0, len("Spra\u030akmodellen"), "spraak")]


def test_a_language_that_only_has_a_stemmer() -> None:
    terms = {"netz": [Term("neuronales Netz", "preferred")], "modell": [Term("Sprachmodell", "preferred")]}
    linker = linker_for("de", stemmer="german", **terms)
    text = "Neuronale Netze und Sprachmodelle; des neuronalen Netzes; ein Sprachmodellierer."
    assert [id for _, id in found(linker, text)] == ["netz", "modell", "netz"]


def test_a_language_without_stemmer_finds_what_is_written() -> None:
    linker = linker_for("se", giella=[Term("giellamodealla", "preferred", forms=("giellamodeallat",))])
    assert [text for text, _ in found(linker, "Giellamodealla ja giellamodeallat, giellamodeallain.")] == [
        "Giellamodealla",
        "giellamodeallat",
    ]


@pytest.mark.parametrize(
    ("lang", "stemmer", "term", "text", "finds"),
    [
        ("ar", "arabic", "شجرة", "نمت الشجرة والشجرة كبيرة", ["الشجرة", "والشجرة"]),
        (
            "ko",
            "korean",
            "신경망",
            "신경망을 학습하는 신경망들의 모델과 신경망이다",
            ["신경망을", "신경망들의", "신경망이다"],
        ),
        ("ko", "korean", "언어 모델", "언어 모델에서 언어 모델링", ["언어 모델에서"]),
    ],
)
def test_what_is_written_onto_a_noun(lang: str, stemmer: str, term: str, text: str, finds: list[str]) -> None:
    linker = linker_for(lang, stemmer=stemmer, it=[Term(term, "preferred")])
    assert [words for words, _ in found(linker, text)] == finds


def test_a_single_character_is_no_half_of_a_word() -> None:
    for lang in ("ja", "zh-TW"):
        linker = linker_for(lang, segment="han", bridge=[Term("橋", "preferred")])
        assert found(linker, "鉄橋、橋樑，橋は「橋」。") == [("橋", "bridge"), ("橋", "bridge")]


def test_japanese_is_searched_without_a_dictionary() -> None:
    linker = linker_for(
        "ja", segment="han", model=[Term("モデル", "preferred")], data=[Term("学習データ", "preferred")]
    )
    assert found(linker, "モデルは学習データで作る。モデルルームではない。") == [
        ("モデル", "model"),
        ("学習データ", "data"),
    ]


@pytest.mark.parametrize(
    ("term", "text", "is_found"),
    [
        ("微调", "我们稍微调整了一下", False),
        ("微调", "微调模型", True),
        ("训练", "他参加了训练营", False),
        ("参数", "参数设置很重要", True),
        ("温度", "温度计坏了", False),
        ("盐", "加一点盐。", True),
        ("盐", "盐酸不能吃", False),
        ("GAN", "StyleGAN 和 GAN-A", False),
        ("GAN", "用GAN生成", True),
        ("GAN 模型", "一个GAN模型", True),
        ("Transformer", "transformers", False),
    ],
)
def test_chinese_terms_are_whole_words(term: str, text: str, is_found: bool) -> None:
    assert bool(linker_for("zh", concept=[Term(term, "preferred")]).find(text)) is is_found


def test_cost_grows_with_the_text_and_not_with_the_termbase() -> None:
    """Words that begin no term are looked up once, however many terms there are."""
    text = "the quick brown fox " * 50
    looked_up = []
    for count in (10, 1000):
        linker = linker_for("en", **{f"c{n}": [Term(f"term{n} word", "preferred")] for n in range(count)})
        linker.find(text)
        looked_up.append(dict(linker._index._beginnings))  # type: ignore[union-attr]
    assert looked_up[0] == looked_up[1] == {"the": False, "quick": False, "brown": False, "fox": False}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    "text", ["a" * 200_000, "a_" * 50_000, "./" * 50_000, "-" * 100_000, "微" * 50_000, "a@" * 50_000]
)
def test_hostile_texts_do_not_hang(lang: str, text: str) -> None:
    assert Linker(gold.termbase("ai"), lang).find(text) == []


LINKERS = {lang: Linker(gold.termbase("ai"), lang) for lang in LANGUAGES}
WORDS = {
    lang: [
        part
        for concept in gold.termbase("ai").concepts.values()
        for term in concept.entries[lang].terms
        for part in (term.term, *re.split(r"[ -]", term.term))
    ]
    for lang in LANGUAGES
}


def texts(lang: str) -> st.SearchStrategy[str]:
    """Texts in which terms, their parts, signs and anything else follow upon each other."""
    pieces = st.one_of(
        st.sampled_from(WORDS[lang]), st.sampled_from([" ", "-", "'s", "s", "en", "\n", "。"]), st.text()
    )
    return st.lists(pieces, max_size=12).map("".join)


@pytest.mark.parametrize("lang", LANGUAGES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_matches_lie_in_the_text_in_order_and_apart(lang: str, data: st.DataObject) -> None:
    text = data.draw(texts(lang))
    matches = LINKERS[lang].find(text)
    ends = [0, *[match.end for match in matches]]
    for match, before in zip(matches, ends, strict=False):
        assert before <= match.start < match.end <= len(text)
        assert match.id in gold.termbase("ai").concepts
        assert not text[match.start].isspace()
        assert not text[match.end - 1].isspace()
    assert LINKERS[lang].find(text) == matches


@pytest.mark.parametrize("lang", ["nb", "en"])
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_what_was_found_is_found_alone(lang: str, data: st.DataObject) -> None:
    """A match is a mention of its concept wherever it stands by itself."""
    text = data.draw(texts(lang))
    for match in LINKERS[lang].find(text):
        alone = text[match.start : match.end]
        if not alone.isupper():  # whether capitals shout depends on the words beside them
            assert [(m.start, m.end, m.id) for m in LINKERS[lang].find(alone)] == [(0, len(alone), match.id)]
