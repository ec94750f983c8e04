"""The procedural portraits: factors, pictures, masks and landmarks."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from demos.data.avatars import FACTORS, LANDMARKS, PARTS, Factors, render, replace, sample, vary
from demos.data.avatars.factors import BEARDS, BY_NAME, CATEGORICAL, CONTINUOUS, HATS
from demos.data.avatars.scene import Scene
from demos.data.avatars.worn import temples

POSE = ("yaw", "pitch", "roll")
PLAIN: dict[str, float | str] = {
    **dict.fromkeys(CONTINUOUS, 0.0),
    "skin_tone": 0.3,
    "smile": 0.3,
    "light": 0.3,
    "hair": "buzz",
    "hair_color": "brown",
    "iris": "blue",
    "beard": "none",
    "glasses": "none",
    "glasses_color": "black",
    "hat": "none",
    "hat_color": "red",
    "clothing": "tee",
    "clothing_color": "navy",
    "background": "sky",
    "pattern": "plain",
}
WORN = {"hat_color": {"hat": "beanie"}, "glasses_color": {"glasses": "square"}}  # what shows the factor


def plain(n: int = 1, **changes: float | str | Tensor) -> Factors:
    """n times the same face, looking straight ahead, nothing worn."""
    return replace(sample(n, seed=1), **{**PLAIN, **changes})


def join(batches: list[Factors]) -> Factors:
    return Factors(torch.cat([b.continuous for b in batches]), torch.cat([b.categorical for b in batches]))


def part(masks: Tensor, *names: str) -> Tensor:
    """The masks of the named parts together, (n, h, w)."""
    return sum((masks[:, PARTS.index(name)] for name in names), torch.zeros_like(masks[:, 0]))


def point(landmarks: Tensor, name: str) -> Tensor:
    return landmarks[:, LANDMARKS.index(name)]


def centroid(mask: Tensor) -> Tensor:
    """Centre of mass (n, 2) as (x, y) in pixels from the top left corner."""
    size = mask.shape[-1]
    axis = torch.arange(size) + 0.5
    weight = mask.sum((1, 2)).clamp_min(1e-6)
    return torch.stack([(mask.sum(1) * axis).sum(1), (mask.sum(2) * axis).sum(1)], 1) / weight[:, None]


def equal(a: Factors, b: Factors) -> bool:
    return torch.equal(a.continuous, b.continuous) and torch.equal(a.categorical, b.categorical)


@pytest.fixture(scope="module")
def crowd() -> Factors:
    return sample(40, seed=7)


# factors ----------------------------------------------------------------------------------------


def test_a_seed_fixes_the_factors() -> None:
    assert equal(sample(6, seed=7), sample(6, seed=7))
    assert not equal(sample(6, seed=7), sample(6, seed=8))


def test_a_row_depends_on_its_number_alone() -> None:
    many = sample(40, seed=7)
    assert equal(sample(6, seed=7), many.select(slice(0, 6)))
    assert equal(sample(5, seed=7, start=30), many.select(slice(30, 35)))


def test_seed_7_stays_what_it_is() -> None:
    """Trained models and published pictures rest on it."""
    factors = sample(2, seed=7)
    assert [BY_NAME[name].classes[int(factors[name][0])] for name in ("hair", "iris", "background")] == [
        "bald",
        "violet",
        "leaf",
    ]
    assert factors["skin_tone"].tolist() == pytest.approx([0.7725921, 0.3453092], abs=1e-6)


def test_values_follow_their_ranges_and_weights() -> None:
    factors = sample(4000, seed=3)
    for name in CONTINUOUS:
        column, factor = factors[name], BY_NAME[name]
        assert column.min() >= factor.low
        assert column.max() <= factor.high
        assert column.max() - column.min() > 0.9 * (factor.high - factor.low)
    for name in CATEGORICAL:
        weights = torch.tensor(BY_NAME[name].weights or (1.0,) * len(BY_NAME[name].classes))
        shares = torch.bincount(factors[name], minlength=len(weights)) / len(factors)
        if name != "hat":  # bearded heads swap the headscarf
            assert torch.allclose(shares, weights / weights.sum(), atol=0.03), name


def test_factors_vary_independently() -> None:
    values = torch.cat([sample(4000, seed=3).continuous, sample(4000, seed=3).categorical.float()], 1)
    correlation = torch.corrcoef(values.T).fill_diagonal_(0)
    hat, beard = (len(CONTINUOUS) + CATEGORICAL.index(name) for name in ("hat", "beard"))
    correlation[hat, beard] = correlation[beard, hat] = 0  # headscarves are for the shaven
    assert correlation.abs().max() < 0.07


def test_varying_keeps_the_identity() -> None:
    before = sample(64, seed=7)
    after = vary(before, seed=1)
    for factor in FACTORS:
        same = torch.equal(before[factor.name], after[factor.name])
        assert same == (factor.group == "identity"), factor.name
    assert equal(after, vary(before, seed=1))
    assert not equal(after, vary(before, seed=2))


def test_a_headscarf_never_meets_a_beard() -> None:
    for factors in (sample(3000, seed=5), vary(sample(3000, seed=5), seed=6)):
        scarf = factors["hat"] == HATS.index("headscarf")
        assert scarf.any()
        assert (factors["beard"][scarf] == BEARDS.index("none")).all()


def test_replacing_sets_numbers_classes_and_columns() -> None:
    factors = replace(sample(3, seed=7), smile=0.5, hat="cap", yaw=torch.tensor([-1.0, 0.0, 1.0]))
    assert factors["smile"].tolist() == [0.5] * 3
    assert factors["hat"].tolist() == [HATS.index("cap")] * 3
    assert factors["yaw"].tolist() == [-1.0, 0.0, 1.0]


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"smiel": 1.0}, KeyError, "no factor named 'smiel'"),
        ({"smile": 1.5}, ValueError, "smile: values must lie between -1"),
        ({"smile": float("nan")}, ValueError, "smile: values must lie between -1"),
        ({"hat": "crown"}, ValueError, "hat: 'crown' is not one of none, beanie"),
        ({"hat": 6}, ValueError, "hat: values must lie between 0 and 5"),
        ({"smile": "wide"}, ValueError, "smile: 'wide' is not a number"),
    ],
)
def test_impossible_values_are_refused(changes: dict, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        replace(sample(2, seed=7), **changes)
    with pytest.raises(KeyError, match="no factor named 'smiel'"):
        sample(2, seed=7)["smiel"]


def test_labels_select_split_and_repeat_agree() -> None:
    factors = sample(7, seed=7)
    categorical, continuous = factors.labels()
    assert categorical.dtype == torch.int64
    assert continuous.shape == (7, len(CONTINUOUS))
    assert [len(batch) for batch in factors.split(3)] == [3, 3, 1]
    assert equal(join(list(factors.split(3))), factors)
    assert torch.equal(factors.repeat(2)["smile"][::2], factors["smile"])


# pictures ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [32, 64, 128])
def test_pictures_have_the_promised_form(crowd: Factors, size: int) -> None:
    drawn = render(crowd.select(slice(0, 3)), size)
    assert drawn.images.shape == (3, 3, size, size)
    assert drawn.masks.shape == (3, len(PARTS), size, size)
    assert drawn.landmarks.shape == (3, len(LANDMARKS), 2)
    assert drawn.visible.shape == (3, len(LANDMARKS))
    assert drawn.images.isfinite().all()
    assert drawn.images.min() >= -1
    assert drawn.images.max() <= 1


def test_impossible_sizes_are_refused(crowd: Factors) -> None:
    with pytest.raises(ValueError, match="avatars of 8 pixels"):
        render(crowd, 8)
    with pytest.raises(ValueError, match="supersampled 0 times"):
        render(crowd, 32, supersample=0)


def test_a_picture_depends_on_its_own_row_alone(crowd: Factors) -> None:
    together = render(crowd, 32)
    alone = render(crowd.select(slice(20, 21)), 32)
    for batch, single in zip(together, alone, strict=True):
        assert torch.allclose(batch[20].float(), single[0].float(), atol=1e-5)


def test_edges_are_smooth_without_supersampling(crowd: Factors) -> None:
    few = crowd.select(slice(0, 4))
    once, fine = render(few, 64), render(few, 64, supersample=4)
    assert (once.images - fine.images).abs().mean() < 0.02
    assert torch.allclose(once.landmarks, fine.landmarks, atol=1e-4)


def test_masks_share_every_pixel(crowd: Factors) -> None:
    masks = render(crowd, 32).masks
    assert masks.min() >= 0
    assert torch.allclose(masks.sum(1), torch.ones_like(masks[:, 0]), atol=1e-5)


@pytest.mark.parametrize(
    ("factor", "classes", "parts"),
    [
        ("background", ("sky", "coral"), ("background",)),
        ("clothing_color", ("navy", "red"), ("clothing",)),
        ("hat_color", ("navy", "red"), ("hat",)),
        ("glasses_color", ("black", "red"), ("glasses",)),
        ("iris", ("brown", "blue"), ("iris",)),
        ("hair_color", ("black", "blond"), ("hair", "brow", "beard", "lid")),
    ],
)
def test_masks_say_where_a_colour_goes(
    crowd: Factors, factor: str, classes: tuple[str, str], parts: tuple[str, ...]
) -> None:
    first, second = (render(replace(crowd, **{factor: name}), 32) for name in classes)
    changed = (first.images - second.images).abs().amax(1)
    mask = part(first.masks, *parts)
    assert torch.allclose(first.masks, second.masks)
    assert (changed <= 2 * mask + 1e-4).all(), "a pixel changed more than the part covers it"
    assert changed[mask > 0.9].mean() > 0.1


def test_every_part_is_drawn(crowd: Factors) -> None:
    largest = render(crowd, 32).masks.amax((0, 2, 3))
    assert [name for name, share in zip(PARTS, largest.tolist(), strict=True) if share < 0.6] == []


# every factor can be seen -----------------------------------------------------------------------


@pytest.mark.parametrize("name", CATEGORICAL)
def test_every_class_looks_different(name: str) -> None:
    classes, size = BY_NAME[name].classes, BY_NAME[name].min_size
    images = render(join([plain(**{**WORN.get(name, {}), name: c}) for c in classes]), size).images
    for i in range(len(classes)):
        for j in range(i):
            moved = ((images[i] - images[j]).abs().amax(0) > 0.15).sum()
            assert moved >= 0.004 * size * size, f"{classes[i]} looks like {classes[j]}"


FEATURES = {
    "skin_tone": ("face",), "undertone": ("face",), "face_width": ("face", "ear"), "jaw_width": ("face",),
    "chin_length": ("face",), "eye_size": ("eye_white", "iris", "lid"), "eye_spacing": ("eye_white", "lid"),
    "eye_tilt": ("lid", "eye_white"), "brow_thickness": ("brow",), "brow_arch": ("brow",),
    "nose_width": ("nose",), "nose_length": ("nose",), "mouth_width": ("mouth",), "lip_fullness": ("mouth",),
    "lip_color": ("mouth",), "freckles": ("face",), "smile": ("mouth",), "mouth_open": ("mouth",),
    "blink": ("eye_white", "iris", "lid"), "gaze_x": ("iris", "pupil"), "gaze_y": ("iris", "pupil"),
    "brow_raise": ("brow",), "brow_tilt": ("brow",), "yaw": ("face", "nose"), "pitch": ("face", "nose"),
    "roll": ("face", "hair"), "light": ("face",), "blush": ("face",),
}  # fmt: skip


@pytest.mark.parametrize("name", CONTINUOUS)
def test_every_continuous_factor_moves_its_part(name: str) -> None:
    """At the smallest size it claims to be readable in, and for fair and dark skin alike."""
    factor = BY_NAME[name]
    for tone in (0.1, 0.9):
        base = plain(2, **({} if name == "skin_tone" else {"skin_tone": tone}))
        ends = replace(base, **{name: torch.tensor([factor.low, factor.high])})
        drawn = render(ends, factor.min_size)
        moved = (drawn.images[0] - drawn.images[1]).abs().amax(0) > 0.12
        own = part(drawn.masks, *FEATURES[name]).amax(0) > 0.15
        assert (moved & own).sum() >= 5, f"{name} at {factor.min_size} px on skin {tone}"


def test_every_factor_is_listed_with_its_part() -> None:
    assert set(FEATURES) == set(CONTINUOUS)
    assert {f.name for f in FACTORS} == set(CONTINUOUS) | set(CATEGORICAL)


# landmarks --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def posed() -> Factors:
    """Faces with nothing before the eyes, open eyes, any pose."""
    free = {"hat": "none", "glasses": "none", "hair": "buzz", "blink": 0.0, "smile": 0.0, "beard": "none"}
    return replace(sample(40, seed=9), **free, gaze_y=0.0)


@pytest.mark.parametrize("side", [0, 1])
def test_iris_landmarks_are_the_centres_of_the_irises(posed: Factors, side: int) -> None:
    drawn = render(posed, 64)
    left, right = (point(drawn.landmarks, name) for name in ("left_iris", "right_iris"))
    columns = (torch.arange(64) + 0.5).view(1, 1, -1)
    this_side = (columns > ((left + right)[:, 0] / 2)[:, None, None]) == bool(side)
    error = (centroid(part(drawn.masks, "iris", "pupil") * this_side) - (left, right)[side]).norm(dim=1)
    assert error.median() < 0.35
    assert error.max() < 0.9  # lids cut a little off wide irises in narrow, slanted eyes


def test_pupils_sit_on_the_iris_landmarks(posed: Factors) -> None:
    drawn = render(posed, 64)
    both = (point(drawn.landmarks, "left_iris") + point(drawn.landmarks, "right_iris")) / 2
    assert (centroid(part(drawn.masks, "pupil")) - both).norm(dim=1).median() < 0.5


@pytest.mark.parametrize(
    ("names", "parts", "tolerance"),
    [
        (("mouth_left", "mouth_right", "mouth_top", "mouth_bottom"), ("mouth",), 2.0),
        (("nose_tip",), ("nose",), 2.5),
        (("left_brow_middle", "right_brow_middle"), ("brow",), 1.5),
        (("ear_left", "ear_right"), ("ear",), 2.5),
    ],
)
def test_landmarks_lie_on_their_parts(
    names: tuple[str, ...], parts: tuple[str, ...], tolerance: float
) -> None:
    roll = torch.linspace(-1, 1, 9)
    drawn = render(plain(9, roll=roll, hair="bald"), 64)
    mean = torch.stack([point(drawn.landmarks, name) for name in names]).mean(0)
    assert (centroid(part(drawn.masks, *parts)) - mean).norm(dim=1).max() < tolerance


def test_mouth_corners_and_chin_are_the_edges_of_their_masks() -> None:
    drawn = render(plain(3, smile=torch.tensor([-1.0, 0.0, 1.0]), hair="bald"), 128)
    columns = (part(drawn.masks, "mouth") > 0.3).any(1)
    for i in range(3):
        seen = columns[i].nonzero().flatten()
        assert abs(float(seen[0]) - float(point(drawn.landmarks, "mouth_left")[i, 0])) < 2.5
        assert abs(float(seen[-1]) + 1 - float(point(drawn.landmarks, "mouth_right")[i, 0])) < 2.5
    lowest = (part(drawn.masks, "face") > 0.5).any(2)[0].nonzero().max() + 1
    assert abs(float(lowest) - float(point(drawn.landmarks, "chin")[0, 1])) < 1.0


def test_lids_bound_the_white_of_the_eye() -> None:
    drawn = render(plain(4, blink=torch.tensor([0.0, 0.2, 0.4, 1.0]), hair="bald"), 128)
    opening = point(drawn.landmarks, "left_eyelid_lower") - point(drawn.landmarks, "left_eyelid_upper")
    height = opening[:, 1]
    assert height[3].abs() < 1e-3
    assert (height.diff() < 0).all()
    eye = part(drawn.masks, "eye_white", "iris", "pupil")[:, :, :64]
    column = point(drawn.landmarks, "left_eyelid_upper")[0, 0].long()
    assert torch.allclose(eye[:3, :, column].sum(1), height[:3], atol=2.5)  # the lashes take the rest


def test_landmarks_scale_with_the_picture(crowd: Factors) -> None:
    few = crowd.select(slice(0, 3))
    small, middle, large = (render(few, size).landmarks for size in (32, 64, 128))
    assert torch.allclose(2 * small, middle, atol=1e-4)
    assert torch.allclose(2 * middle, large, atol=1e-4)


def mirrored(factors: Factors) -> Factors:
    return replace(factors, **{name: -factors[name] for name in ("yaw", "roll", "gaze_x", "light")})


def swap_sides(name: str) -> str:
    for old, new in (("left", "right"), ("right", "left")):
        if old in name:
            return name.replace(old, new)
    return name


def test_the_mirrored_pose_gives_the_mirrored_picture() -> None:
    """But for reflections: the gleam in the eyes and on glasses stays on one side, as from one lamp."""
    factors = replace(sample(12, seed=4), hair="space_buns", hat="none", glasses="none", light=0.7)
    drawn, mirror = render(factors, 64), render(mirrored(factors), 64)
    order = [LANDMARKS.index(swap_sides(name)) for name in LANDMARKS]
    flipped = mirror.landmarks[:, order] * torch.tensor([-1.0, 1.0]) + torch.tensor([64.0, 0.0])
    assert torch.allclose(drawn.landmarks, flipped, atol=1e-3)
    eyeballs = part(drawn.masks, "iris", "pupil") - part(mirror.masks, "iris", "pupil").flip(2)
    assert eyeballs.abs().max() < 0.06
    for name in ("face", "neck", "hair", "brow", "eye_white", "nose", "mouth", "ear"):
        difference = part(drawn.masks, name) - part(mirror.masks, name).flip(2)
        assert difference.abs().max() < 0.06, name


def test_points_know_whether_they_are_covered() -> None:
    people = [plain(), plain(blink=1.0), plain(glasses="sunglasses"), plain(hat="headscarf")]
    visible = render(join(people), 64).visible
    iris, ear, chin = (
        visible[:, LANDMARKS.index(name)].tolist() for name in ("left_iris", "ear_left", "chin")
    )
    assert iris == [True, False, False, True]
    assert ear == [True, True, True, False]
    assert chin[:3] == [True, True, True]


# composition ------------------------------------------------------------------------------------


def test_nothing_but_clothes_and_long_hair_leaves_the_frame() -> None:
    """Every hair style with and without the widest hat, in every corner of the pose."""
    hairs, corners = BY_NAME["hair"].classes, torch.cartesian_prod(*[torch.tensor([-1.0, 1.0])] * 3)
    people = [plain(8, hair=hair, hat=hat, face_width=1.0) for hair in hairs for hat in ("none", "brim")]
    poses = {name: corners[:, i].repeat(len(people)) for i, name in enumerate(POSE)}
    masks = render(replace(join(people), **poses), 32).masks
    inside = part(masks, *(name for name in PARTS if name not in ("background", "clothing")))
    assert inside[:, 0].max() < 0.02  # top
    sides = inside[:, :16, [0, -1]]  # below, long hair may hang out of the picture
    assert sides.max() < 0.05


def test_glasses_stay_on_the_face() -> None:
    """However the head is turned, a lens stands out by its rim and some glass, and no arm reaches further."""
    for style in BY_NAME["glasses"].classes[1:]:
        factors = plain(11, yaw=torch.linspace(-1, 1, 11), glasses=style, hair="bald")
        scene, worn = Scene(factors, 64), part(render(factors, 64).masks, "glasses")
        assert worn.sum((1, 2)).min() > 20
        assert scene.head[worn > 0.3].max() < 3 * scene.pixel, style
        for arm in temples(scene):
            assert arm.alpha[scene.head.expand_as(arm.alpha) > 0.15].max() < 0.01, style


def test_hats_press_the_hair_down() -> None:
    hats = torch.arange(len(HATS))
    above = part(render(plain(len(HATS), hair="afro", hat=hats), 32).masks, "hair")[:, :6].sum((1, 2))
    for hat in ("beanie", "cap", "brim", "headscarf"):
        assert above[HATS.index(hat)] < 0.1 * above[HATS.index("none")], hat


def test_an_identity_stays_recognisable_in_new_poses() -> None:
    """The same person varied is closer in skin and hair to herself than to most others."""
    people = replace(sample(24, seed=2), hat="none")
    looks = []
    for seed in (1, 2):
        drawn = render(replace(vary(people, seed), hat="none", light=0.0), 32)
        skin = part(drawn.masks, "face")[:, None]
        looks.append((drawn.images * skin).sum((2, 3)) / skin.sum((2, 3)))
    distance = torch.cdist(*looks)
    assert (distance.diagonal()[:, None] < distance + 1e-9).float().mean() > 0.8
