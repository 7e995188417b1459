"""What a recipe says about batch normalisation."""

from nasplug.training import Recipe


def test_moving_averages_are_kept_unless_statistics_are_estimated_at_the_end():
    assert Recipe(norm_momentum=0.9).norm == {"momentum": 0.9, "epsilon": 1e-3}
    assert Recipe(norm_momentum=0.9, estimate_batches=4).norm["momentum"] == 1.0
