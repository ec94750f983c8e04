"""The GAN: shapes, losses, one step, resuming, publishing, and the weights that are shipped."""

import itertools
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from demos.kit.weights import WeightsError, load_weights, read_card
from demos.models.gan import directions as found
from demos.models.gan import pretrained
from demos.models.gan import train as gan_train
from demos.models.gan.encoder import (
    SCALE_WEIGHTS,
    Encoder,
    Whitening,
    likeness_loss,
    prior_loss,
    reading_loss,
    spreads,
)
from demos.models.gan.features import FeatureConfig, FeatureNet, FrozenFeatures
from demos.models.gan.model import (
    SIZE,
    BatchNorm,
    Discriminator,
    GanConfig,
    Generator,
    beside_spread,
    discriminator_loss,
    face_corners,
    generator_loss,
    on_sphere,
    random_corners,
    windows,
)
from demos.models.gan.pretrained import SOLITARY, WEIGHTS, latents, read_prior
from demos.models.gan.prior import Prior, fit_prior
from demos.models.gan.publish import draw, fitting_radius
from demos.models.gan.train import GanTraining
from demos.models.gan.train_features import FeatureTraining, PartsAndAttributes
from demos.models.judge import Judge

CPU = torch.device("cpu")
TINY = GanTraining(
    steps=4,
    batch=4,
    portraits=40,
    samples=60,
    prior_fits=(0.5,),
    prior_steps=2,
    last_prior_steps=2,
    snapshots=(0.0, 0.5, 1.0),
    features=FeatureTraining(steps=2, batch=4, portraits=40),
)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


# Model


def test_generator_paints_in_range_and_truncation_leads_to_the_mean_face():
    generator = Generator()
    generator.calibrate(generator.latents(16, seeded()), batch=8)
    z = generator.latents(3, seeded(1))
    pictures = generator(z)
    assert pictures.shape == (3, 3, SIZE, SIZE)
    assert pictures.abs().max() <= 1
    mean = generator(z, truncation=0.0)
    assert torch.allclose(mean, mean[:1].expand_as(mean), atol=1e-5)
    assert (generator(z, 0.5) - mean).abs().mean() < (pictures - mean).abs().mean()
    assert not torch.allclose(pictures[0], pictures[1], atol=1e-2)


def test_only_the_direction_of_z_counts():
    generator = Generator().eval()
    z = generator.latents(2, seeded())
    assert torch.allclose(generator(z), generator(3 * z), atol=1e-4)


def test_what_is_drawn_from_can_be_wider_than_in_training():
    generator = Generator().eval()
    z = generator.latents(2, seeded())
    wider = generator(z, truncation=1.2)
    generator.radius.fill_(1.2)
    assert torch.allclose(generator(z), wider, atol=1e-5)


def test_the_radius_is_that_which_portraits_were_painted_at():
    torch.manual_seed(1)
    generator = Generator(GanConfig(channels=(32, 32, 24, 16, 8)))
    generator.calibrate(generator.latents(128, seeded()), batch=32)
    features = FrozenFeatures(FeatureConfig(channels=(8, 16, 24, 32), mixed=(6, 8, 12, 16)))
    for radius in (1.0, 1.2):
        drawn = draw(generator, 400, 5, radius)
        assert fitting_radius(generator, features, drawn) == pytest.approx(radius, abs=0.051)


def test_a_prior_leaves_noise_as_it_is_until_it_is_fitted():
    z = torch.randn(5, 64, generator=seeded())
    assert torch.allclose(Prior()(z), on_sphere(z), atol=1e-5)


def test_a_fitted_prior_draws_rare_codes_as_often_as_they_occur():
    """One code in ten lies where noise almost never falls: four standard deviations out in one direction."""
    codes = torch.randn(4000, 8, generator=seeded(3))
    codes[::10, 0] += 6
    codes = on_sphere(codes)
    prior = fit_prior(codes, steps=400, batch=256)
    drawn = prior(torch.randn(4000, 8, generator=seeded(4)))
    assert torch.allclose(drawn.norm(dim=1), torch.full((4000,), 8**0.5), atol=1e-3)
    far = [(x[:, 0] > 2.2).float().mean().item() for x in (codes, drawn, on_sphere(torch.randn(4000, 8)))]
    assert far[0] == pytest.approx(0.1, abs=0.02)
    assert far[1] == pytest.approx(far[0], abs=0.03)
    assert far[2] < 0.02


def test_more_steps_would_hardly_change_the_codes(monkeypatch):
    z = latents(200, 5)
    codes = read_prior()(z)
    monkeypatch.setattr("demos.models.gan.prior.STEPS", 64)
    exact = read_prior()(z)
    assert (codes - exact).norm(dim=1).median() < 0.02 * exact.norm(dim=1).median()


def test_critics_are_shown_noise_of_every_grain():
    shown = gan_train.noise(torch.zeros(200, 3, SIZE, SIZE), seeded())
    assert shown.shape == (200, 3, SIZE, SIZE)
    assert shown.abs().max() <= 1
    flat = (shown.flatten(2).std(2) < 1e-6).all(1)  # one color all over
    fine = ((shown[..., 1:] - shown[..., :-1]).abs() > 1e-6).float().mean((1, 2, 3)) > 0.9  # single pixels
    assert flat.any()
    assert fine.any()
    assert not (flat | fine).all()


def test_latents_lie_on_a_sphere():
    z = on_sphere(torch.randn(5, 64, generator=seeded()) * 7)
    assert torch.allclose(z.norm(dim=1), torch.full((5,), 8.0), atol=1e-4)


def test_calibration_measures_what_the_batch_norm_sees():
    norm = BatchNorm(2, affine=False)
    x = torch.randn(64, 2, 4, 4, generator=seeded()) * torch.tensor([2.0, 5.0])[:, None, None] + 1
    norm.reset()
    norm(x)
    norm.settle()
    norm.eval()
    out = norm(x)
    assert torch.allclose(out.mean((0, 2, 3)), torch.zeros(2), atol=1e-4)
    assert torch.allclose(out.var((0, 2, 3), correction=0), torch.ones(2), atol=1e-3)


def test_folding_batch_norm_keeps_the_function():
    config = FeatureConfig()
    net = FeatureNet(config, norm=True)
    net(torch.randn(8, 3, SIZE, SIZE, generator=seeded()))  # moves the running statistics
    net.eval()
    pictures = torch.randn(2, 3, SIZE, SIZE, generator=seeded(1))
    for ours, folded in zip(net(pictures), net.folded(config)(pictures), strict=True):
        assert torch.allclose(ours, folded, atol=1e-4)


def test_frozen_features_let_gradients_through_to_the_picture_only():
    features = FrozenFeatures()
    pictures = torch.zeros(1, 3, SIZE, SIZE, requires_grad=True)
    scales = features(pictures)
    assert [tuple(scale.shape[1:]) for scale in scales] == [
        (24, 64, 64),
        (32, 32, 32),
        (48, 16, 16),
        (64, 8, 8),
    ]
    sum(scale.sum() for scale in scales).backward()
    assert pictures.grad is not None
    assert all(p.grad is None for p in features.parameters())


def test_projections_are_the_same_in_every_process():
    first, second = FrozenFeatures().projection, FrozenFeatures().projection
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))


def test_critics_give_patch_logits():
    logits = Discriminator()(torch.zeros(8, 3, SIZE, SIZE))
    assert {name: tuple(x.shape) for name, x in logits.items()} == {
        "scale1": (8, 1, 8, 8),
        "scale2": (8, 1, 8, 8),
        "scale3": (8, 1, 4, 4),
        "scale4": (8, 1, 2, 2),
        "window": (8, 1, 4, 4),
        "batch": (8, 1, 4, 4),
    }


def test_windows_are_cut_where_the_corners_say_and_know_where_that_is():
    pictures = torch.zeros(2, 3, SIZE, SIZE)
    pictures[0, :, 5, 9] = 1
    cut = windows(pictures, torch.tensor([[9, 5], [0, 0]]), size=32)
    assert cut.shape == (2, 5, 32, 32)
    assert cut[0, :3, 0, 0].tolist() == [1, 1, 1]
    assert cut[:, :3].sum() == 3
    assert cut[1, 3:, 0, 0].tolist() == [-1, -1]
    assert cut[0, 3, 0, 0].item() == pytest.approx(-1 + 2 * 9 / 63)
    assert cut[0, 4, 0, 0].item() == pytest.approx(-1 + 2 * 5 / 63)


def test_half_the_windows_lie_on_the_face():
    config = GanConfig()
    corners = random_corners(400, config, seeded())
    assert corners.min() >= 0
    assert corners.max() <= SIZE - config.window
    near = ((corners - face_corners(400, config)).abs() <= 2).all(1)
    assert near[::2].all()
    assert near[1::2].float().mean() < 0.2


def test_spread_shows_a_lack_of_variety():
    alike = beside_spread(torch.ones(8, 2, 1, 1))
    varied = beside_spread(torch.arange(8.0)[:, None, None, None].expand(8, 2, 1, 1))
    assert alike.shape == (8, 4, 1, 1)
    assert alike[:, 2:].max() < 0.01
    assert varied[:, 2:].min() == pytest.approx(torch.arange(8.0).std(correction=0).item(), rel=1e-4)
    assert beside_spread(torch.ones(3, 2, 1, 1)).shape == (3, 4, 1, 1)


def test_hinge_losses_by_hand():
    real = {"a": torch.tensor([2.0, 0.0]), "b": torch.tensor([1.0])}
    fake = {"a": torch.tensor([-2.0, 1.0]), "b": torch.tensor([-1.0])}
    assert discriminator_loss(real, fake).item() == pytest.approx((0 + 1) / 2 + (0 + 2) / 2)
    assert generator_loss(fake).item() == pytest.approx(0.5 + 1)


# The encoder and its losses


def test_codes_lie_where_latents_do():
    config = FeatureConfig()
    scales = FrozenFeatures(config)(torch.randn(4, 3, SIZE, SIZE, generator=seeded()))
    codes = Encoder(64, config)(scales)
    assert codes.shape == (4, 64)
    assert torch.allclose(codes.norm(dim=1), torch.full((4,), 8.0), atol=1e-4)


def test_likeness_counts_in_the_spread_of_each_channel():
    portraits = [torch.randn(8, 2, 4, 4, generator=seeded(i)) for i in range(4)]
    units = spreads(portraits)
    assert likeness_loss(portraits, portraits, units).item() == 0
    moved = [scale + 3 * unit[:, None, None] for scale, unit in zip(portraits, units, strict=True)]
    assert likeness_loss(moved, portraits, units).item() == pytest.approx(3 * sum(SCALE_WEIGHTS), rel=1e-4)
    # What a unit is does not matter: a channel of ten times the size counts the same.
    tenfold = [10 * scale for scale in portraits], [10 * scale for scale in moved]
    assert likeness_loss(tenfold[1], tenfold[0], spreads(tenfold[0])).item() == pytest.approx(
        3 * sum(SCALE_WEIGHTS), rel=0.01
    )


def test_reading_loss_by_hand():
    latents = torch.tensor([[1.0, 0.0], [0.0, 2.0]])
    assert reading_loss(latents, latents).item() == pytest.approx(0)
    assert reading_loss(torch.tensor([[3.0, 0.0], [1.0, 0.0]]), latents).item() == pytest.approx(0.5)


def test_prior_loss_is_small_for_the_prior_and_large_for_few_kinds_of_codes():
    nothing = torch.empty(0, 64)
    prior = on_sphere(torch.randn(256, 64, generator=seeded()))
    few = prior[:4].repeat(64, 1)
    narrow = on_sphere(prior + 8)
    near = prior_loss(prior, nothing, seeded(1)).item()
    assert near < 0.05
    assert prior_loss(few, nothing, seeded(1)).item() > 4 * near
    assert prior_loss(narrow, nothing, seeded(1)).item() > 10 * near
    # A small batch is seen among earlier ones.
    assert prior_loss(prior[:8], prior[8:], seeded(1)).item() < 0.1


def test_prior_loss_sees_a_rare_kind_of_portrait_that_lies_far_out():
    prior = on_sphere(torch.randn(288, 64, generator=seeded()))
    rare = prior.clone()
    rare[::8, 0] = 7  # an eighth of the portraits, where the prior draws none
    codes = on_sphere(rare)
    near, far = (prior_loss(some[:32], some[32:], seeded(1)).item() for some in (prior, codes))
    assert far > 4 * near


def test_whitened_codes_vary_as_much_in_all_directions():
    mixing = torch.randn(8, 8, generator=seeded()) * torch.logspace(-1, 1, 8)
    codes = torch.randn(6400, 8, generator=seeded(1)) @ mixing + 3
    whitening = Whitening(8, least=0.0)
    for batch in codes.repeat(2, 1).split(32):
        whitening.measure(batch)
    white = whitening(codes)
    assert white.mean(0).abs().max() < 0.3
    assert torch.allclose(torch.cov(white.T), torch.eye(8), atol=0.35)


# Training


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where portraits are kept, so that each is drawn once."""
    return tmp_path_factory.mktemp("portraits")


@pytest.fixture
def cached(drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own, and portraits in small shards."""
    monkeypatch.setattr("demos.data.avatars.dataset.CACHE", drawn)
    monkeypatch.setattr("demos.data.avatars.dataset.SHARD", 60)
    monkeypatch.setattr("demos.models.gan.train_features.CACHE", tmp_path)
    return tmp_path


@pytest.fixture
def run(cached: Path) -> gan_train.GanRun:
    return make_run(cached)


def make_run(cached: Path, recipe: GanTraining = TINY) -> gan_train.GanRun:
    data = gan_train.portraits(recipe.portraits)
    budget = gan_train.Budget(recipe.steps)
    run = gan_train.GanRun(GanConfig(), recipe, data, budget, cached / "work", CPU, seed=3)
    if recipe.published:
        run.start_from_published()
        return run
    features = cached / "features.pt"
    if not features.exists():
        torch.manual_seed(0)
        torch.save(FeatureNet().state_dict(), features)
    run.look_through(features)
    return run


def weights_of(module: torch.nn.Module) -> torch.Tensor:
    return torch.cat([x.detach().flatten() for x in module.parameters()])


def test_one_step_moves_every_player_and_leaves_the_features(run):
    players = (run.generator, run.average, run.discriminator.scales, run.encoder)
    before = [weights_of(x).clone() for x in players]
    frozen = weights_of(run.discriminator.features).clone()
    losses = run.advance()
    assert set(losses) == {"critics", "generator", "variety"}
    after = [weights_of(x) for x in players]
    assert all(not torch.equal(a, b) for a, b in zip(before, after, strict=True))
    assert torch.equal(frozen, weights_of(run.discriminator.features))
    assert all(p.requires_grad for p in run.trained)


def test_resuming_equals_never_having_stopped(run, cached):
    first, second = make_run(cached), make_run(cached)
    for _ in range(3):
        run.advance()
    first.advance()
    second.restore(first.state())
    second.advance()
    second.advance()
    for ours, theirs in ((run.generator, second.generator), (run.average, second.average)):
        assert torch.equal(weights_of(ours), weights_of(theirs))
    assert torch.equal(weights_of(run.discriminator), weights_of(second.discriminator))
    assert torch.equal(weights_of(run.encoder), weights_of(second.encoder))
    assert torch.equal(weights_of(run.prior), weights_of(second.prior))


def test_snapshots_fall_on_their_marks(run):
    run.keep_snapshot()
    for _ in range(4):
        run.advance()
        run.keep_snapshot()
    kept = [torch.load(path, weights_only=True) for path in sorted(run.work.glob("snapshot-*.pt"))]
    assert [snapshot["step"] for snapshot in kept] == [0, 2, 4]
    assert [snapshot["images"] for snapshot in kept] == [0, 8, 16]


def test_published_weights_are_trained_on_once_their_encoder_is_ready(cached):
    recipe = replace(TINY, published=True, encoder_first=0.5, prior_fits=(0.5,), snapshots=(1.0,))
    run = make_run(cached, recipe)
    players = ("generator", "average", "discriminator", "prior")
    published = [weights_of(getattr(run, name)).clone() for name in players]

    def same() -> list[str]:
        now = [weights_of(getattr(run, name)) for name in players]
        return [name for name, a, b in zip(players, published, now, strict=True) if torch.equal(a, b)]

    assert torch.equal(published[0], weights_of(pretrained.read_generator().generator))
    encoder = weights_of(run.encoder).clone()
    for _ in range(2):
        run.advance()
    assert not torch.equal(encoder, weights_of(run.encoder))
    assert same() == list(players)
    for _ in range(2):
        run.advance()
    assert same() == []
    run.keep_snapshot()
    kept = [torch.load(path, weights_only=True) for path in sorted(run.work.glob("snapshot-*.pt"))]
    *earlier, last = pretrained.checkpoints()
    assert [snapshot["step"] for snapshot in kept] == [*(c.steps for c in earlier), last.steps + 4]


def test_part_masks_and_attributes_have_the_shapes_of_their_labels():
    read, parts = PartsAndAttributes(FeatureConfig(), parts=16)(torch.zeros(2, 3, SIZE, SIZE))
    assert parts.shape == (2, 16, 32, 32)
    assert read["yaw"].shape == (2,)


@pytest.mark.slow
def test_interrupted_trainer_resumes_and_publishes(cached, monkeypatch):
    judge = Judge().eval().requires_grad_(False)
    monkeypatch.setattr("demos.models.gan.publish.load_judge", lambda *_: judge)
    monkeypatch.setattr("demos.models.gan.publish.CALIBRATED", 64)
    out = cached / "gan" / "weights"
    options = {"out": out, "work": cached / "work", "device": CPU}
    interrupted = gan_train.train(TINY, **options)
    seen = [(p.step, p.note) for p in itertools.islice(interrupted, 4)]
    assert seen == [(1, "feature net"), (2, "feature net"), (1, ""), (2, "")]
    interrupted.close()
    rest = list(gan_train.train(TINY, resume=True, **options))
    assert [(p.step, p.note) for p in rest] == [(3, ""), (4, ""), (4, "measuring")]
    card = read_card(out)
    assert card.steps == 4
    assert [c["steps"] for c in card.details["checkpoints"]] == [0, 2, 4]
    assert set(card.files) == {
        f"{name}.safetensors" for name in ("model", "prior", "history", "discriminator", "directions")
    }
    assert set(pretrained.directions(out)) == set(card.details["directions"])


# Scores and directions


def test_heat_map_has_the_mean_of_the_score():
    config = GanConfig()
    logits = Discriminator(config)(torch.randn(2, 3, SIZE, SIZE, generator=seeded()))
    heat = pretrained.heat_map(logits, config)
    assert heat.shape == (2, SIZE, SIZE)
    assert torch.allclose(heat.mean((1, 2)), pretrained.mean_logit(logits), atol=0.02)


def test_calibration_recovers_the_logistic_curve_of_two_gaussians():
    # For N(1, 1) against N(-1, 1) the log-odds of the first are exactly 2x.
    real, fake = (torch.randn(20_000, generator=seeded(i)) + mean for i, mean in enumerate((1, -1)))
    known = pretrained.calibrate_verdict(real, fake)
    assert known["slope"] == pytest.approx(2, rel=0.05)
    assert known["threshold"] == pytest.approx(0, abs=0.03)


def test_likeliest_steps_raise_one_reading_by_one_and_leave_the_others():
    mix = torch.randn(6, 6, generator=seeded(1))
    w = torch.randn(5000, 6, generator=seeded(2)) @ mix
    slopes = torch.randn(6, 2, generator=seeded(3)).double()
    steps = found.likeliest_steps(w, w.double() @ slopes, ridge=0)
    assert torch.allclose(steps @ slopes, torch.eye(2, dtype=torch.float64), atol=1e-6)


def test_likeliest_step_is_the_shortest_in_the_metric_of_the_latents():
    w = torch.randn(5000, 3, generator=seeded(4)) * torch.tensor([1.0, 3.0, 0.1])
    slopes = torch.tensor([[1.0], [1.0], [1.0]], dtype=torch.float64)
    (step,) = found.likeliest_steps(w, w.double() @ slopes, ridge=0)
    centred = w.double() - w.double().mean(0)
    covariance = centred.T @ centred / len(w)

    def length(x: torch.Tensor) -> float:
        return (x @ torch.linalg.solve(covariance, x)).item()

    for other in torch.eye(3, dtype=torch.float64):
        assert length(step) < length(other)


def test_latents_of_a_seed_do_not_depend_on_how_many_are_asked_for():
    assert torch.equal(pretrained.latents(16, 4)[:5], pretrained.latents(5, 4))
    assert not torch.equal(pretrained.latents(5, 4), pretrained.latents(5, 5))


# The weights that are shipped


def test_cards_describe_the_shipped_files():
    card = read_card(WEIGHTS)
    assert card.demo == "gan"
    assert card.parameters == sum(p.numel() for p in pretrained.load_generator().generator.parameters())
    for name in card.files:
        load_weights(WEIGHTS, name.removesuffix(".safetensors"))  # checks sha256
    assert {path.name for path in WEIGHTS.glob("*.safetensors")} == set(card.files)
    assert sum(path.stat().st_size for path in WEIGHTS.iterdir()) < 10e6


def test_checkpoints_go_from_noise_to_faces():
    points = pretrained.checkpoints()
    assert len(points) >= 5
    assert [p.minutes for p in points] == sorted(p.minutes for p in points)
    assert points[0].metrics["avatar_fid"] > 5 * points[-1].metrics["avatar_fid"]
    first, last = (
        pretrained.sample(pretrained.latents(4, 0), index=p.index) for p in (points[0], points[-1])
    )
    assert (first - last).abs().mean() > 0.1


def test_the_finished_generator_is_the_last_checkpoint():
    z, points = pretrained.latents(2, 1), pretrained.checkpoints()
    assert torch.equal(pretrained.sample(z), pretrained.sample(z, index=points[-1].index))


def test_verdict_prefers_portraits_to_noise():
    from demos.data.avatars import render, sample

    real = render(sample(8, seed=77), 64).images
    noise = torch.rand(8, 3, SIZE, SIZE, generator=seeded()) * 2 - 1
    on_real, on_noise = pretrained.verdict(real), pretrained.verdict(noise)
    assert on_real.score.min() > on_noise.score.max()
    assert ((on_real.probability >= 0) & (on_real.probability <= 1)).all()
    assert on_real.heat.shape == (8, SIZE, SIZE)
    assert set(on_real.critics) == set(SOLITARY)


def test_walking_a_direction_moves_what_it_names_as_far_as_the_card_says():
    known = read_card(WEIGHTS).details["directions"]
    z = on_sphere(pretrained.latents(100, 5))
    unmoved = read(z)
    for name in ("smile", "glasses", "yaw", "hair_length", "beard"):
        direction = pretrained.directions()[name]
        low, high = (read(z + t * direction.step * direction.vector)[name] for t in (-2, 2))
        moved = ((high - low).mean() / unmoved[name].std()).item()
        assert moved == pytest.approx(known[name]["effect"], rel=0.25), name
        assert moved > 1.5, name


def read(z: torch.Tensor) -> dict[str, torch.Tensor]:
    from demos.models.judge import load_judge

    return found.readings(load_judge(), pretrained.sample(z))


def test_damaged_weights_are_one_sentence(tmp_path):
    with pytest.raises(WeightsError, match=r"card\.json is missing"):
        pretrained.load_generator(folder=tmp_path / "gan" / "weights")


def test_shipped_generator_measured_again_on_a_small_sample():
    from demos.models.gan.evaluate import evaluate

    again, card = evaluate(samples=250), read_card(WEIGHTS).metrics
    # Few samples bias FID upwards; how much, two sets of portraits of this size show.
    assert card["avatar_fid"].value * 0.8 < again["avatar_fid"].value < card["avatar_fid"].value * 1.5 + 40
    assert again["precision"].value == pytest.approx(card["precision"].value, abs=0.12)
    assert again["critics_auc"].value == pytest.approx(card["critics_auc"].value, abs=0.06)
