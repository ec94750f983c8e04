"""Tunes by grammar, with an accompaniment by rule.

A tune has eight bars of four quarters, in one of three scales on any tonic. It is made from the outside in:

    form      four phrases of two bars, such as A A B A; a phrase that comes back may end otherwise
    harmony   a chord for each half bar: phrases open on chords of rest, and end on the dominant (half
              cadence) or, the last one always, on the tonic (full cadence)
    rhythm    cells of a quarter to a half bar, of a few kinds in each tune; a phrase ends on a long note
    pitches   mostly steps of the scale; on beats 1 and 3 mostly notes of the chord; the last note of a full
              cadence is the tonic

The rule for the accompaniment: the bass plays the chord's root, or its fifth on the weaker half; chords lie
as near to the one before as they can; each tune keeps one figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from demos.data.tunes.tune import BAR, BARS, LETTERS, Note, Tune, sounding

SCALES = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "pentatonic": (0, 2, 4, 7, 9),
}
MODES = (("major", 5), ("minor", 3), ("pentatonic", 2))  # of grammar, with weights
FORMS = (("AABA", 5), ("AABB", 2), ("ABAC", 3), ("ABAB", 2), ("AABC", 2), ("ABCA", 1))
# Chords of a phrase's first three half bars, as degrees of the seven-note scale from 0, and of its last one.
OPENINGS = ((0, 0, 0), (0, 0, 3), (0, 3, 0), (0, 4, 0), (0, 5, 3), (0, 0, 4), (0, 5, 1))
MIDDLES = ((3, 3, 0), (4, 4, 0), (5, 5, 3), (3, 0, 1), (5, 2, 3), (1, 4, 0))
CADENCES = {"half": (3, 4), "full": (4, 0)}  # the last two half bars
# Lengths in steps of cells, and how readily they come; a tune draws four of them.
CELLS = (
    ((4, 4), 8), ((4, 2, 2), 6), ((2, 2, 4), 5), ((8,), 4), ((6, 2), 5), ((2, 2, 2, 2), 4), ((3, 1, 4), 2),
    ((2, 4, 2), 2), ((4, 3, 1), 2), ((2, 1, 1, 4), 1),
)  # fmt: skip
FIGURES = ("block", "beats", "broken", "long")  # of the accompaniment
STEPS = ((-2, 4), (-1, 10), (0, 3), (1, 10), (2, 4), (-3, 1), (3, 1), (4, 1), (-4, 1))  # of the scale
ON_CHORD = 12.0  # how much readier a note of the chord comes on a strong beat
BASS, CHORDS = range(36, 48), range(48, 72)  # pitches of the two parts


def drawn(chance: Random, weighted: Sequence[tuple[object, float]]) -> object:
    """One of them, by weight."""
    return chance.choices([one for one, _ in weighted], [weight for _, weight in weighted])[0]


def scale_of(tonic: int, mode: str) -> frozenset[int]:
    """The pitch classes of a scale. Raises KeyError for an unknown one."""
    return frozenset((tonic + step) % 12 for step in SCALES[mode])


def tonic_of(name: str) -> int:
    """The pitch class of a letter. Raises KeyError."""
    return LETTERS[name]


def composed(number: int) -> Tune:
    """The grammar's tune of that number: always the same."""
    return Composer(Random(number)).tune(f"grammar-{number}")


@dataclass(frozen=True)
class Phrase:
    """Lengths and scale degrees of its notes, and the chord of each half bar."""

    lengths: tuple[int, ...]
    degrees: tuple[int, ...]
    chords: tuple[int, ...]


class Composer:
    """What one tune keeps to: its scale, cells of rhythm, and figure."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.mode = str(drawn(chance, MODES))
        self.tonic = 55 + chance.randrange(12)
        self.form = str(drawn(chance, FORMS))
        self.figure = chance.choice(FIGURES)
        self.cells = [drawn(chance, CELLS) for _ in range(4)]
        # Harmony has seven degrees also where the melody has five.
        self.harmony = SCALES["major" if self.mode == "pentatonic" else self.mode]
        self.scale = SCALES[self.mode]

    def tune(self, name: str) -> Tune:
        phrases: dict[str, Phrase] = {}
        whole: list[Phrase] = []
        for place, letter in enumerate(self.form):
            last = place == len(self.form) - 1
            cadence = "full" if last or (place == 1 and self.chance.random() < 0.3) else "half"
            if letter in phrases:
                phrase = phrases[letter]
                if last or self.chance.random() < 0.5:
                    phrase = self.ended(phrase, cadence)
            else:
                before = whole[-1].degrees[-1] if whole else self.chance.choice((0, 2, 4))
                phrase = phrases[letter] = self.phrase(before, MIDDLES if place == 2 else OPENINGS, cadence)
            whole.append(phrase)
        notes = self.notes(whole)
        chords = [chord for phrase in whole for chord in phrase.chords]
        return Tune(name, notes, BARS, scale_of(self.tonic, self.mode), self.accompaniment(chords))

    def phrase(self, before: int, openings: Sequence[tuple[int, ...]], cadence: str) -> Phrase:
        """Two bars that begin near a degree."""
        chords = (*self.chance.choice(openings)[:2], *CADENCES[cadence])
        lengths = [length for _ in range(3) for length in self.chance.choice(self.cells)]  # type: ignore[attr-defined]
        last = self.chance.choice(((8,), (8,), (4, 4), (2, 2, 4)))
        return self.sung(before, (*lengths, *last), (), chords, cadence)

    def ended(self, phrase: Phrase, cadence: str) -> Phrase:
        """The phrase with its second bar's pitches drawn anew, for another cadence."""
        time, kept = 0, 0
        for length in phrase.lengths:
            if time >= BAR:
                break
            time, kept = time + length, kept + 1
        chords = (*phrase.chords[:2], *CADENCES[cadence])
        return self.sung(phrase.degrees[kept - 1], phrase.lengths, phrase.degrees[:kept], chords, cadence)

    def sung(
        self,
        before: int,
        lengths: tuple[int, ...],
        given: tuple[int, ...],
        chords: tuple[int, ...],
        cadence: str,
    ) -> Phrase:
        """Pitches for a rhythm, behind those that are given."""
        degrees, time = list(given), sum(lengths[: len(given)])
        for length in lengths[len(given) :]:
            here = degrees[-1] if degrees else before
            chord = chords[time // (BAR // 2)]
            is_last = time + length == sum(lengths)
            degrees.append(self.degree(here, chord, time % 8 == 0 or is_last, is_last and cadence == "full"))
            time += length
        return Phrase(lengths, tuple(degrees), chords)

    def degree(self, here: int, chord: int, strong: bool, tonic: bool) -> int:
        """The next degree of the melody's scale, counted on over octaves."""
        tones = {(self.tonic + self.harmony[(chord + third) % 7]) % 12 for third in (0, 2, 4)}
        weighted = []
        for step, weight in STEPS:
            degree = here + step
            pull = weight * 0.5 ** (abs(degree - 3) / 3)  # back to the middle of the range
            if tonic:
                pull = weight if degree % len(self.scale) == 0 else 1e-6 * weight
            elif strong and self.pitch(degree) % 12 in tones:
                pull *= ON_CHORD
            weighted.append((degree, pull if self.pitch(degree) in range(52, 84) else 1e-12))
        return int(str(drawn(self.chance, weighted)))

    def pitch(self, degree: int) -> int:
        octave, step = divmod(degree, len(self.scale))
        return self.tonic + 12 * octave + self.scale[step]

    def notes(self, phrases: Sequence[Phrase]) -> tuple[Note, ...]:
        notes, time = [], 0
        for phrase in phrases:
            for length, degree in zip(phrase.lengths, phrase.degrees, strict=True):
                notes.append(Note(time, self.pitch(degree), length))
                time += length
        return tuple(notes)

    def accompaniment(self, chords: Sequence[int]) -> tuple[tuple[Note, ...], ...]:
        """Bass and chords, from a chord for each half bar."""
        bass: list[tuple[int, int]] = []
        upper: list[tuple[int, int]] = []
        before = [55, 59, 62]
        for half, chord in enumerate(chords):
            time = half * BAR // 2
            tones = [(self.tonic + self.harmony[(chord + third) % 7]) % 12 for third in (0, 2, 4)]
            same = half % 2 == 1 and chord == chords[half - 1]
            before = before if same else nearest(tones, before)
            low = BASS[0] + tones[2 if same else 0]
            match self.figure:
                case "long":
                    bass += [] if same else [(time, low)]
                    upper += [] if same else [(time, pitch) for pitch in before]
                case "block":
                    bass.append((time, low))
                    upper += [(time, pitch) for pitch in before]
                case "beats":
                    bass.append((time, low))
                    upper += [(time + 4, pitch) for pitch in before]
                case "broken":
                    bass.append((time, low))
                    figure = (0, 1, 2, 1)
                    upper += [(time + 2 * i, before[tone]) for i, tone in enumerate(figure)]
        steps = len(chords) * BAR // 2
        return sounding(bass, steps), sounding(upper, steps)


def nearest(tones: Sequence[int], before: Sequence[int]) -> list[int]:
    """Three notes of the pitch classes, each once, that move as little as can be from those before."""
    best: tuple[int, list[int]] | None = None
    for low in range(CHORDS[0] + 2, CHORDS[-1] - 12):
        voiced = sorted(low + (tone - low) % 12 for tone in tones)
        way = sum(abs(a - b) for a, b in zip(voiced, before, strict=True))
        if best is None or way < best[0]:
            best = way, voiced
    assert best is not None
    return best[1]
