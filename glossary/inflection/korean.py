"""Korean: particles, which say what a noun does in the sentence, are written onto it.

The particles are those of the Standard Korean Language Dictionary (표준국어대사전, 조사) that follow nouns in
prose. No dictionary says where a noun ends: nothing shorter than two syllables is taken for one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .grammar import Form, Grammar

_PARTICLES = (
    *("은", "는", "이", "가", "을", "를", "의", "에", "에서", "에게", "에는", "에도", "에서는", "에서의"),
    *(
        "으로",
        "로",
        "으로서",
        "로서",
        "으로써",
        "로써",
        "으로의",
        "로의",
        "으로는",
        "로는",
        "와",
        "과",
        "와의",
        "과의",
    ),
    *(
        "도",
        "만",
        "까지",
        "부터",
        "마다",
        "보다",
        "처럼",
        "만큼",
        "이나",
        "나",
        "이며",
        "이고",
        "이란",
        "란",
        "이라는",
        "라는",
    ),
    *("이다", "입니다", "인", "이라고", "라고", "이자", "조차", "밖에", "뿐"),
)
_PLURAL = "들"
_SHORTEST = 2  # syllables of a noun that a particle is taken from


@dataclass(frozen=True)
class Korean(Grammar):
    def bases(self, word: str) -> Iterator[tuple[str, Form]]:
        yield word, Form.SAME
        for noun in (word, *_without_particle(word)):
            if noun != word:
                yield noun, Form.STEM
            if noun.endswith(_PLURAL) and len(noun) > _SHORTEST:
                yield noun.removesuffix(_PLURAL), Form.STEM


def _without_particle(word: str) -> Iterator[str]:
    for particle in _PARTICLES:
        if word.endswith(particle) and len(word) - len(particle) >= _SHORTEST:
            yield word.removesuffix(particle)


KOREAN = Korean()
