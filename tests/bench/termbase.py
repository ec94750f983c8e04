"""Termbases of any size, made up but true to life: terms inflect, texts mention them, concepts hang together.

A concept is a quality, a matter and a thing: *sparse signal filter*, «glissent signalfilter», 稀疏信号滤波器.
Each language forms its terms, and inflects them in running text, in its own manner.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import yaml

MOST = 10_000  # 25 qualities × 20 matters × 20 things
LANGUAGES = ("nb", "en", "zh")
SUBJECTS = 12

LANGUAGES_YML = """\
nb: {name: Norsk bokmål, html: nb, order: norwegian, stemmer: norwegian}
en: {name: English, html: en, order: latin, stemmer: english}
zh: {name: 简体中文, html: zh-Hans, order: pinyin, segment: han}
"""

# English; Norwegian, its neuter and its plural; Chinese and pinyin
QUALITIES = """
adaptive|adaptiv|adaptivt|adaptive|自适应|zìshìyìng
continuous|kontinuerlig|kontinuerlig|kontinuerlige|连续|liánxù
deep|dyp|dypt|dype|深层|shēncéng
digital|digital|digitalt|digitale|数字|shùzì
discrete|diskret|diskret|diskrete|离散|lísàn
dynamic|dynamisk|dynamisk|dynamiske|动态|dòngtài
elastic|elastisk|elastisk|elastiske|弹性|tánxìng
fast|rask|raskt|raske|快速|kuàisù
global|global|globalt|globale|全局|quánjú
hidden|skjult|skjult|skjulte|隐藏|yǐncáng
inverse|invers|inverst|inverse|逆向|nìxiàng
linear|lineær|lineært|lineære|线性|xiànxìng
local|lokal|lokalt|lokale|局部|júbù
magnetic|magnetisk|magnetisk|magnetiske|磁性|cíxìng
optical|optisk|optisk|optiske|光学|guāngxué
parallel|parallell|parallelt|parallelle|并行|bìngxíng
periodic|periodisk|periodisk|periodiske|周期|zhōuqī
random|tilfeldig|tilfeldig|tilfeldige|随机|suíjī
recursive|rekursiv|rekursivt|rekursive|递归|dìguī
robust|robust|robust|robuste|稳健|wěnjiàn
sparse|glissen|glissent|glisne|稀疏|xīshū
static|statisk|statisk|statiske|静态|jìngtài
symmetric|symmetrisk|symmetrisk|symmetriske|对称|duìchèn
thermal|termisk|termisk|termiske|热力|rèlì
weighted|vektet|vektet|vektede|加权|jiāquán
"""

# English, Norwegian as the first part of a compound, Chinese and pinyin
MATTERS = """
charge|ladnings|电荷|diànhè
color|farge|色彩|sècǎi
data|data|数据|shùjù
energy|energi|能量|néngliàng
flow|strømnings|流量|liúliàng
frequency|frekvens|频率|pínlǜ
image|bilde|图像|túxiàng
memory|minne|内存|nèicún
motion|bevegelses|运动|yùndòng
network|nettverks|网络|wǎngluò
noise|støy|噪声|zàoshēng
particle|partikkel|粒子|lìzǐ
phase|fase|相位|xiàngwèi
pressure|trykk|压力|yālì
signal|signal|信号|xìnhào
speech|tale|语音|yǔyīn
surface|overflate|表面|biǎomiàn
text|tekst|文本|wénběn
velocity|hastighets|速度|sùdù
wave|bølge|波动|bōdòng
"""

# English and its plural; Norwegian with gender, definite and plural; Chinese and pinyin
THINGS = """
detector|detectors|detektor|m|detektoren|detektorer|检测器|jiǎncèqì
distribution|distributions|fordeling|m|fordelingen|fordelinger|分布|fēnbù
encoder|encoders|enkoder|m|enkoderen|enkodere|编码器|biānmǎqì
estimator|estimators|estimator|m|estimatoren|estimatorer|估计器|gūjìqì
filter|filters|filter|n|filteret|filtre|滤波器|lǜbōqì
gradient|gradients|gradient|m|gradienten|gradienter|梯度|tīdù
grid|grids|rutenett|n|rutenettet|rutenett|网格|wǎnggé
index|indexes|indeks|m|indeksen|indekser|索引|suǒyǐn
kernel|kernels|kjerne|m|kjernen|kjerner|核函数|héhánshù
layer|layers|lag|n|laget|lag|图层|túcéng
matrix|matrices|matrise|m|matrisen|matriser|矩阵|jǔzhèn
measure|measures|mål|n|målet|mål|度量|dùliàng
model|models|modell|m|modellen|modeller|模型|móxíng
operator|operators|operator|m|operatoren|operatorer|算子|suànzǐ
path|paths|bane|m|banen|baner|路径|lùjìng
sampler|samplers|trekker|m|trekkeren|trekkere|采样器|cǎiyàngqì
sensor|sensors|sensor|m|sensoren|sensorer|传感器|chuángǎnqì
spectrum|spectra|spektrum|n|spekteret|spektre|频谱|pínpǔ
threshold|thresholds|terskel|m|terskelen|terskler|阈值|yùzhí
transform|transforms|transform|m|transformen|transformer|变换|biànhuàn
"""

DEFINITIONS = {
    "nb": (
        "størrelse som beskriver hvordan målinger endrer seg når forholdene rundt dem gjør det",
        "framgangsmåte som gjør et uoversiktlig sett av målinger om til noe som kan sammenlignes",
        "del av et anlegg som tar imot opplysninger og sender dem videre i en annen form",
        "regel som avgjør hvilke verdier som skal få virke på resultatet, og hvilke som skal holdes utenfor",
    ),
    "en": (
        "quantity that describes how measurements change when the circumstances around them do",
        "procedure that turns a confusing set of measurements into something that can be compared",
        "part of an installation that receives information and passes it on in another shape",
        "rule that decides which values may act on the result, and which are to be kept out of it",
    ),
    "zh": (
        "描述测量结果如何随周围条件变化的量",
        "把杂乱的测量结果变成可以相互比较的东西的方法",
        "装置中接收信息并以另一种形式传递出去的部分",
        "决定哪些数值可以影响结果、哪些应当排除在外的规则",
    ),
}

SENTENCES = {
    "nb": (
        "Den som har arbeidet med {0}, kjenner igjen tanken, men her er rekkefølgen en annen.",
        "I praksis begynner de fleste med {0} og går over til {1} når kravene vokser.",
        "Forskjellen merkes først når det er mye å gjøre og lite tid.",
        "Målingene ble gjentatt tre ganger, og hver gang lå de innenfor det som kunne ventes.",
        "Sammenlignet med {0} er utstyret billigere, og det tåler mer.",
        "Noen velger å la det være, fordi {0} gir nesten det samme.",
        "Et godt eksempel er en værstasjon som må klare seg gjennom vinteren uten tilsyn.",
        "Det som overrasker, er at {0} og {1} kan brukes om hverandre så lenge tallene er små.",
        "Feilen viser seg sjelden før etter noen uker, og da er den vanskelig å finne.",
        "Les også om {0}, som løser den samme oppgaven fra den andre enden.",
        "Resultatet avhenger mindre av {0} enn av hvor nøye en var da en begynte.",
        "Håndbøkene anbefaler å lagre mellomregningene, slik at andre kan etterprøve dem.",
    ),
    "en": (
        "Anyone who has worked with {0} will recognize the idea, but the order is different here.",
        "In practice most people begin with {0} and move on to {1} as their demands grow.",
        "The difference is felt only when there is much to do and little time.",
        "The measurements were repeated three times, and each time they stayed within what was expected.",
        "Compared with {0}, the equipment is cheaper, and it can take more.",
        "Some choose to leave it out, because {0} gives almost the same.",
        "A good example is a weather station that must get through the winter on its own.",
        "What surprises people is that {0} and {1} can stand in for each other while the numbers are small.",
        "The fault seldom shows before a few weeks have passed, and by then it is hard to find.",
        "Read about {0} too, which solves the same task from the other end.",
        "The result depends less on {0} than on how careful one was at the beginning.",
        "The handbooks recommend keeping the intermediate results, so that others can check them.",
    ),
    "zh": (
        "用过{0}的人会觉得这个思路很熟悉，只是这里的先后顺序不同。",
        "实际工作中，多数人先用{0}，等要求提高以后再改用{1}。",
        "只有在事情多、时间紧的时候，才能感觉到其中的差别。",
        "测量重复了三次，每次的结果都在预料的范围之内。",
        "与{0}相比，这种设备更便宜，也更耐用。",
        "有人干脆不用它，因为{0}的效果几乎一样。",
        "一个很好的例子是气象站：它必须在无人看管的情况下度过冬天。",
        "令人意外的是，只要数值不大，{0}和{1}就可以互相替代。",
        "故障往往要过几个星期才会出现，那时已经很难查出原因。",
        "也可以读一读{0}，它从另一个方向解决同样的问题。",
        "结果与{0}的关系不大，更多取决于开始时是否仔细。",
        "手册建议保留中间结果，以便别人核对。",
    ),
}


@dataclass(frozen=True)
class Made:
    """A concept: its terms, and what running text makes of them."""

    id: str
    terms: dict[str, list[object]]
    mentions: dict[str, tuple[str, ...]]  # by language: the term in some of its forms


def write(folder: Path, count: int, seed: int = 1) -> list[Made]:
    """Write a termbase of `count` concepts into `folder`; the same numbers make the same files."""
    dice = random.Random(seed)
    concepts = dice.sample(list(all_concepts()), count)
    (folder / "terms").mkdir(parents=True)
    (folder / "languages.yml").write_text(LANGUAGES_YML, "utf-8")
    subjects = {f"subject-{n}": dict.fromkeys(LANGUAGES, f"{n}") for n in range(SUBJECTS)}
    (folder / "subjects.yml").write_text(yaml.safe_dump(subjects), "utf-8")
    for place, concept in enumerate(concepts):
        text = yaml.dump(
            record(concept, concepts, place, dice),
            Dumper=yaml.CSafeDumper,
            allow_unicode=True,
            sort_keys=False,
            width=10_000,
        )
        (folder / "terms" / f"{concept.id}.yml").write_text(text, "utf-8")
    return concepts


def record(concept: Made, concepts: list[Made], place: int, dice: random.Random) -> dict[str, object]:
    """What the concept's file holds; relations lead to concepts before it, so that none goes in a circle."""
    data: dict[str, object] = {"subject": f"subject-{place % SUBJECTS}"}
    if place:
        data["broader"] = [concepts[(place - 1) // 8].id]
    if place > 20:
        data["related"] = [c.id for c in dice.sample(concepts[(place - 1) // 8 + 1 : place], 2)]
    for lang in LANGUAGES:
        space = "" if lang == "zh" else " "
        explanation = "\n\n".join(
            space.join(sentences(lang, concepts, dice, dice.randint(4, 6))) for _ in range(3)
        )
        definition = DEFINITIONS[lang][place % len(DEFINITIONS[lang])]
        data[lang] = {"terms": concept.terms[lang], "definition": definition, "explanation": explanation}
    return data


def sentences(lang: str, concepts: list[Made], dice: random.Random, count: int) -> Iterator[str]:
    """Sentences that mention some concepts: mostly a few that are mentioned often, as in any subject."""

    def mention() -> str:
        reach = len(concepts) if dice.random() < 0.5 else min(len(concepts), 60)
        return dice.choice(concepts[dice.randrange(reach)].mentions[lang])

    for sentence in dice.sample(SENTENCES[lang], count):
        yield sentence.format(mention(), mention())


def all_concepts() -> Iterator[Made]:
    for quality, matter, thing in product(*map(rows, (QUALITIES, MATTERS, THINGS))):
        yield Made(
            id="-".join((quality[0], matter[0], thing[0])),
            terms={lang: make(quality, matter, thing) for lang, make in TERMS.items()},
            mentions={lang: make(quality, matter, thing) for lang, make in MENTIONS.items()},
        )


def rows(table: str) -> list[list[str]]:
    return [line.split("|") for line in table.split()]


Row = list[str]


def norwegian(quality: Row, matter: Row, thing: Row) -> list[object]:
    noun, gender = matter[1] + thing[2], thing[3]
    adjective = quality[2] if gender == "n" else quality[1]
    return [{"term": f"{adjective} {noun}", "gender": gender}]


def norwegian_mentions(quality: Row, matter: Row, thing: Row) -> tuple[str, ...]:
    adjective = quality[2] if thing[3] == "n" else quality[1]
    article = "et" if thing[3] == "n" else "en"
    definite = "det" if thing[3] == "n" else "den"
    noun = matter[1]
    return (
        f"{article} {adjective} {noun}{thing[2]}",
        f"{definite} {quality[3]} {noun}{thing[4]}",
        f"{quality[3]} {noun}{thing[5]}",
    )


def english(quality: Row, matter: Row, thing: Row) -> list[object]:
    term = f"{quality[0]} {matter[0]} {thing[0]}"
    return [term, {"term": f"{matter[0]} {thing[0]} of {quality[0]} kind", "status": "deprecated"}]


def english_mentions(quality: Row, matter: Row, thing: Row) -> tuple[str, ...]:
    before = f"{quality[0]} {matter[0]}"
    return f"the {before} {thing[0]}", f"{before} {thing[1]}", f"the {before} {thing[0]}'s settings"


def chinese(quality: Row, matter: Row, thing: Row) -> list[object]:
    pinyin = " ".join((quality[5], matter[3], thing[7]))
    return [{"term": quality[4] + matter[2] + thing[6], "pinyin": pinyin}]


def chinese_mentions(quality: Row, matter: Row, thing: Row) -> tuple[str, ...]:
    return (quality[4] + matter[2] + thing[6],)


TERMS: dict[str, Callable[[Row, Row, Row], list[object]]] = {
    "nb": norwegian,
    "en": english,
    "zh": chinese,
}
MENTIONS: dict[str, Callable[[Row, Row, Row], tuple[str, ...]]] = {
    "nb": norwegian_mentions,
    "en": english_mentions,
    "zh": chinese_mentions,
}
