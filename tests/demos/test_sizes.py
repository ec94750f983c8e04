"""What figures say of our own model's size is what the code makes."""

from __future__ import annotations

from pathlib import Path

import pytest
from torch import nn

from demos.data.captions.tokens import LENGTH
from demos.models.diffusion.autoencoder import LATENT, SIDE, SIZE
from demos.models.diffusion.model import FlowConfig, LatentDiffusion
from demos.models.faces.model import EMBEDDING, Recognizer
from demos.models.gan.features import FeatureNet
from demos.models.identitynet.model import IdentityNet
from demos.models.instantid import model as instantid
from demos.models.ip_adapter.model import fresh
from glossary.figures import read

LANGUAGES = ("nb", "en", "zh")
FIGURES, _ = read(Path(__file__).parents[2] / "docs" / "figures", LANGUAGES)
MODEL = LatentDiffusion()
ENCODERS = (MODEL.flow.text, MODEL.flow.attributes)


def size(*parts: nn.Module) -> int:
    return sum(weights.numel() for part in parts for weights in part.parameters())


SIZES = {
    "text encoder": size(MODEL.flow.text),
    "U-Net": size(MODEL.flow) - size(*ENCODERS),
    "autoencoder": size(MODEL.autoencoder),
    "adapter": size(fresh(MODEL.flow)),
    "image encoder": size(FeatureNet()),
    "face recognition": size(Recognizer(), FeatureNet()),
    "IdentityNet": size(IdentityNet(MODEL.flow)),
    "face adapter": size(instantid.fresh(MODEL.flow)),
}


def millions(count: int) -> dict[str, str]:
    """A number of parameters as the figures write it, in each language."""
    rounded = f"{count / 1e6:.1f}"
    return {
        "nb": f"{rounded.replace('.', ',')} mill.",
        "en": f"{rounded} M",
        "zh": f"{count / 1e4:.0f} 万",
    }


def texts(figure: str, lang: str) -> list[str]:
    """Every label and note of a drawing, in the order in which they are drawn."""
    shapes = FIGURES[figure].shapes
    return [text[lang] for shape in shapes for text in (shape.label, shape.note) if text]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("figure", "parts"),
    [
        ("latent-diffusion", ("text encoder", "U-Net", "autoencoder")),
        ("u-net", ("U-Net",)),
        ("ip-adapter", ("text encoder", "U-Net", "adapter", "image encoder")),
        ("instantid", ("text encoder", "U-Net", "face recognition", "IdentityNet", "face adapter")),
    ],
)
def test_figures_give_the_number_of_parameters(figure: str, parts: tuple[str, ...], lang: str) -> None:
    drawn = texts(figure, lang)
    for part in parts:
        wanted = millions(SIZES[part])[lang]
        assert any(wanted in text for text in drawn), f"{part}: {wanted} is not in the drawing"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_figure_of_latent_diffusion_gives_what_goes_through(lang: str) -> None:
    drawn = texts("latent-diffusion", lang)
    for wanted in (f"{SIDE} × {SIDE} × {LATENT}", f"{SIZE} × {SIZE} ", f"{LENGTH} "):
        assert any(text.startswith(wanted) for text in drawn), wanted


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_figure_of_the_u_net_gives_levels_and_channels(lang: str) -> None:
    """The drawing of ours follows the headline of ours: down, up, bottom."""
    drawn = texts("u-net", lang)
    ours = drawn[drawn.index(next(text for text in drawn if millions(SIZES["U-Net"])[lang] in text)) + 1 :]
    (fine, coarse) = FlowConfig().channels
    assert ours == [f"{SIDE}²", f"{fine}", f"{SIDE}²", f"{fine}", f"{SIDE // 2}²", f"{coarse}"]


@pytest.mark.parametrize(("lang", "wanted"), [("nb", "vår: {}"), ("en", "ours: {}"), ("zh", "本站：{} 层")])
def test_the_figure_of_ip_adapter_gives_the_layers_that_read_the_text_and_the_picture(
    lang: str, wanted: str
) -> None:
    lines = [line for text in texts("ip-adapter", lang) for line in text.split("\n")]
    assert sum(line.endswith(wanted.format(len(MODEL.flow.attentions))) for line in lines) == 2


@pytest.mark.parametrize(("lang", "wanted"), [("nb", "vår: {}"), ("en", "ours: {}"), ("zh", "本站：{}")])
def test_the_figure_of_instantid_gives_the_length_of_the_identity_vector(lang: str, wanted: str) -> None:
    lines = [line for text in texts("instantid", lang) for line in text.split("\n")]
    assert wanted.format(EMBEDDING) in lines


def test_ours_is_as_much_smaller_as_the_pages_say() -> None:
    """All parts together, against the 860, 123 and 84 million of Stable Diffusion 1.5."""
    assert (860e6 + 123e6 + 84e6) / size(MODEL) == pytest.approx(150, abs=10)
