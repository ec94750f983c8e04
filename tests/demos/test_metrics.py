"""The measures agree with closed forms and with sets small enough to count by hand."""

import math

import pytest
import torch

from demos.kit import metrics
from demos.kit.metrics import Gaussian

D = torch.float64


def random_covariance(d: int, seed: int, rank: int | None = None) -> torch.Tensor:
    rows = torch.randn(rank or 2 * d, d, generator=torch.Generator().manual_seed(seed), dtype=D)
    return rows.T @ rows / len(rows)


def test_frechet_of_identical_gaussians_is_zero():
    covariance = random_covariance(6, 1)
    same = Gaussian(torch.arange(6, dtype=D), covariance)
    assert metrics.frechet(same, same) == pytest.approx(0, abs=1e-9)


def test_frechet_in_one_dimension_is_the_textbook_formula():
    a = Gaussian(torch.tensor([1.0], dtype=D), torch.tensor([[4.0]], dtype=D))
    b = Gaussian(torch.tensor([-2.0], dtype=D), torch.tensor([[9.0]], dtype=D))
    assert metrics.frechet(a, b) == pytest.approx(3**2 + (2 - 3) ** 2)


def test_frechet_of_commuting_covariances_compares_their_roots():
    basis, _ = torch.linalg.qr(random_covariance(4, 2))
    p, q = torch.tensor([1.0, 4, 9, 0], dtype=D), torch.tensor([4.0, 4, 1, 16], dtype=D)
    a, b = (Gaussian(torch.zeros(4, dtype=D), basis @ x.diag() @ basis.T) for x in (p, q))
    assert metrics.frechet(a, b) == pytest.approx((p.sqrt() - q.sqrt()).square().sum().item(), abs=1e-6)


def test_frechet_of_two_by_two_covariances_that_do_not_commute():
    # For 2×2 matrices tr(M^½) = sqrt(tr M + 2 sqrt(det M)), and M = ΣaΣb has real eigenvalues ≥ 0.
    sa = torch.tensor([[2.0, 1.0], [1.0, 3.0]], dtype=D)
    sb = torch.tensor([[5.0, -2.0], [-2.0, 1.0]], dtype=D)
    assert not torch.allclose(sa @ sb, sb @ sa)
    product = sa @ sb
    shared = math.sqrt(product.trace() + 2 * math.sqrt(torch.linalg.det(product)))
    expected = 1 + sa.trace() + sb.trace() - 2 * shared
    means = torch.zeros(2, dtype=D), torch.tensor([1.0, 0.0], dtype=D)
    assert metrics.frechet(Gaussian(means[0], sa), Gaussian(means[1], sb)) == pytest.approx(float(expected))


@pytest.mark.parametrize("d", [3, 20])
def test_frechet_agrees_with_the_eigenvalues_of_the_unsymmetric_product(d):
    sa, sb = random_covariance(d, 3), random_covariance(d, 4)
    shared = torch.linalg.eigvals(sa @ sb).real.clamp_min(0).sqrt().sum()
    mean = torch.zeros(d, dtype=D)
    expected = (sa.trace() + sb.trace() - 2 * shared).item()
    assert metrics.frechet(Gaussian(mean, sa), Gaussian(mean, sb)) == pytest.approx(expected, rel=1e-8)


def test_frechet_is_symmetric_also_for_singular_covariances():
    a = Gaussian(torch.zeros(10, dtype=D), random_covariance(10, 5, rank=3))
    b = Gaussian(torch.ones(10, dtype=D), random_covariance(10, 6, rank=4))
    there, back = metrics.frechet(a, b), metrics.frechet(b, a)
    assert there == pytest.approx(back, rel=1e-6)
    assert there > 10


def test_gaussian_has_the_moments_of_the_sample():
    rows = torch.tensor([[0.0, 0.0], [2.0, 4.0], [4.0, 2.0]])
    moments = metrics.gaussian(rows)
    assert moments.mean.tolist() == [2, 2]
    assert torch.allclose(moments.covariance, torch.tensor([[4.0, 2.0], [2.0, 4.0]], dtype=D))


def test_frechet_distance_of_large_samples_approaches_the_distance_of_their_gaussians():
    seeded = torch.Generator().manual_seed(0)
    a = torch.randn(20_000, 3, generator=seeded)
    b = 2 * torch.randn(20_000, 3, generator=seeded) + 1
    assert metrics.frechet_distance(a, b) == pytest.approx(3 * (1 + 1), rel=0.05)


def line(*xs: float) -> torch.Tensor:
    return torch.tensor(xs)[:, None]


def test_precision_and_recall_of_a_counted_example():
    real = line(0, 1, 2, 3)  # with k = 1 every real reaches 1 to each side: -1..4
    fake = line(0.5, 3.5, 10, 11)  # their reach: 3 (0.5, 3.5), 1 (10, 11): -2.5..6.5 and 9..12
    precision, recall = metrics.precision_recall(real, fake, k=1)
    assert precision == 0.5  # 10 and 11 lie outside
    assert recall == 1.0


def test_a_collapsed_generator_is_precise_and_recalls_little():
    real = line(*range(100))
    fake = torch.linspace(50, 51, 100)[:, None]
    precision, recall = metrics.precision_recall(real, fake, k=3)
    assert precision == 1.0
    assert recall == 0.02  # only the reals at 50 and 51


def test_precision_and_recall_of_disjoint_sets_are_zero():
    assert metrics.precision_recall(line(0, 1, 2, 3, 4), line(100, 101, 102, 103, 104)) == (0.0, 0.0)


def test_k_counts_neighbours_other_than_the_point_itself():
    support = line(0, 1, 5)
    assert metrics.coverage(support, line(-0.9), k=1) == 1.0
    assert metrics.coverage(support, line(-1.1), k=1) == 0.0
    assert metrics.coverage(support, line(-4.9), k=2) == 1.0


def test_accuracy_looks_only_where_the_attribute_can_be_seen():
    predicted, truth = torch.tensor([0, 1, 2, 2]), torch.tensor([0, 1, 0, 0])
    assert metrics.accuracy(predicted, truth) == 0.5
    assert metrics.accuracy(predicted, truth, torch.tensor([True, True, True, False])) == pytest.approx(2 / 3)


def test_r2_of_truth_mean_and_a_shift():
    truth = torch.tensor([1.0, 2, 3, 4])
    assert metrics.r2(truth, truth) == 1
    assert metrics.r2(truth.mean().expand(4), truth) == pytest.approx(0)
    assert metrics.r2(truth + 1, truth) == pytest.approx(1 - 1 / 1.25)


def test_histogram_distance_is_total_variation():
    a, b = torch.tensor([0, 0, 1, 1]), torch.tensor([0, 1, 1, 1, 1, 1, 1, 1])
    assert metrics.histogram_distance(a, a, 3) == 0
    assert metrics.histogram_distance(a, b, 3) == pytest.approx(0.5 - 1 / 8)
    assert metrics.histogram_distance(a, torch.tensor([2]), 3) == 1


def test_auc_counts_pairs_and_halves_ties():
    assert metrics.auc(torch.tensor([3.0, 4]), torch.tensor([1.0, 2])) == 1
    assert metrics.auc(torch.tensor([1.0, 2]), torch.tensor([3.0, 4])) == 0
    assert metrics.auc(torch.tensor([1.0, 3]), torch.tensor([1.0, 2])) == pytest.approx((0.5 + 0 + 1 + 1) / 4)


def test_principal_components_find_the_plane_that_holds_the_data():
    seeded = torch.Generator().manual_seed(1)
    plane, _ = torch.linalg.qr(torch.randn(30, 2, generator=seeded, dtype=D))
    rows = torch.randn(500, 2, generator=seeded, dtype=D) @ plane.T + 3
    components = metrics.principal_components(rows, d=2)
    back = components.project(rows) @ components.axes.T + components.mean
    assert torch.allclose(back, rows, atol=1e-8)


def test_controls_see_damage_and_not_a_new_sample_of_the_same():
    seeded = torch.Generator().manual_seed(2)

    def smooth(n: int) -> torch.Tensor:
        coarse = torch.rand(n, 3, 8, 8, generator=seeded) * 2 - 1
        return torch.nn.functional.interpolate(coarse, (64, 64), mode="bilinear")

    real, again = smooth(300), smooth(300)
    noisy = again + 0.3 * torch.randn(again.shape, generator=seeded)

    def random_distance(a: torch.Tensor, b: torch.Tensor) -> float:
        return metrics.frechet_distance(metrics.random_features(a), metrics.random_features(b))

    for control in (random_distance, metrics.eye_distance):
        assert control(real, noisy) > 2 * control(real, again)


def test_random_features_are_fixed_by_their_seed():
    pictures = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(3))
    assert torch.equal(metrics.RandomFeatures()(pictures), metrics.RandomFeatures()(pictures))
    assert not torch.equal(metrics.RandomFeatures()(pictures), metrics.RandomFeatures(seed=1)(pictures))


def test_eye_windows_cover_nearly_all_eyes():
    from demos.data.avatars import PARTS, render, sample

    masks = render(sample(40, seed=5), 64).masks
    eyes = masks[:, PARTS.index("iris")] + masks[:, PARTS.index("eye_white")]
    rows, columns = metrics.EYES
    assert eyes[:, rows, columns].sum() / eyes.sum() > 0.98
