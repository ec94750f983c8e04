"""The captioner as a model function: captions by beam search, or word after word the likeliest."""

from __future__ import annotations

import torch
from torch import Tensor

from demos.data.captions.grammar import LANGUAGES
from demos.kit.functions import function
from demos.models.captioner.captions import END, LENGTH, PADDING, start, writes
from demos.models.captioner.model import SIDE, Captioner, Sight, load_captioner

PLACES = SIDE * SIDE


@function(
    takes={"picture": ("n", 3, 64, 64), "language": ("n",)},
    gives={
        "words": ("n", "beams", LENGTH),
        "chances": ("n", "beams", LENGTH),
        "attention": ("n", "beams", LENGTH, PLACES),
    },
)
def describe(picture: Tensor, language: Tensor, *, beams: int) -> dict[str, Tensor]:
    """The captions of pictures in [-1, 1], in languages (by their number among `LANGUAGES`), that beam search
    with so many beams finds, the likeliest first; one beam is greedy search.

    Of each word: its number (END after the last, then PADDING), its probability among those of the language,
    and how much each of the 16 × 16 places counted for it, row by row; they sum to 1.
    """
    net = load_captioner(picture.device)
    starts = torch.tensor([start(one) for one in LANGUAGES], device=picture.device)
    return search(net, net.look(picture), starts[language.long()], beams)


@function(
    takes={"picture": ("n", 3, 64, 64), "words": ("n", "length")},
    gives={"states": ("n", "length", "hidden")},
)
def states(picture: Tensor, words: Tensor) -> dict[str, Tensor]:
    """The GRU's state, from -1 to 1, after each of a caption's words, the first of which is the token of its
    language."""
    net = load_captioner(picture.device)
    return {"states": net.states(net.look(picture).begin, words)}


def search(net: Captioner, sight: Sight, first: Tensor, beams: int) -> dict[str, Tensor]:
    """What `describe` gives, for captions that begin with the tokens `first` (n,).

    After each word, those captions stay whose probability is largest, `beams` of them; one that has ended
    goes on by padding, at no cost. Words of other languages do not count: a net that hesitates would mix
    them.
    """
    n = len(first)
    sight = Sight(*(x.repeat_interleave(beams, 0) for x in sight))
    word, state = first.repeat_interleave(beams), sight.begin
    own = torch.tensor([writes(language) for language in LANGUAGES], device=first.device)
    others = ~own[first - start(LANGUAGES[0])].repeat_interleave(beams, 0)
    total = torch.full((n, beams), -torch.inf)
    total[:, 0] = 0.0  # all beams are the same at first
    total = total.to(first.device)
    words = first.new_zeros(n, beams, LENGTH)
    chances = total.new_ones(n, beams, LENGTH)
    attention = total.new_zeros(n, beams, LENGTH, PLACES)
    ended = torch.zeros_like(total, dtype=torch.bool)
    for t in range(LENGTH):
        logits, places, state = net.step(sight, word, state)
        score = logits.float().masked_fill(others, -torch.inf).log_softmax(1).view(n, beams, -1)
        if t == LENGTH - 1:  # here, every caption ends
            score[..., :END], score[..., END + 1 :] = -torch.inf, -torch.inf
        score = score.masked_fill(ended[..., None], -torch.inf)
        score[..., PADDING] = torch.where(ended, 0.0, -torch.inf)
        total, best = (total[..., None] + score).flatten(1).topk(beams, dim=1)
        beam, number = best // score.shape[2], best % score.shape[2]

        def chosen(x: Tensor, beam: Tensor = beam) -> Tensor:
            return x[torch.arange(n, device=x.device)[:, None], beam]

        words, chances, attention, ended = map(chosen, (words, chances, attention, ended))
        words[:, :, t] = number
        chances[:, :, t] = chosen(score).gather(2, number[..., None])[..., 0].exp()
        attention[:, :, t] = chosen(places.view(n, beams, -1)) * ~ended[..., None]
        ended = ended | (number == END)
        state, word = chosen(state.view(n, beams, -1)).flatten(0, 1), number.flatten()
        if bool(ended.all()):
            break
    return {"words": words, "chances": chances, "attention": attention}
