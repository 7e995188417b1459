"""How far a training has come: when losses are fetched, what they amount to, and where a training diverges."""

from collections import deque

import pytest

from nasplug.training.progress import FETCHED_TOGETHER, Diverged, Progress


def progress(steps=40, per_epoch=10):
    reports = []
    return Progress(steps, deque(maxlen=per_epoch), lambda *report: reports.append(report)), reports


def test_losses_are_fetched_and_reported_together_every_so_many_steps():
    training, reports = progress()
    for step in range(FETCHED_TOGETHER - 1):
        training.add(float(step))
    assert (training.number, list(training.losses), reports) == (FETCHED_TOGETHER - 1, [], [])
    training.add(FETCHED_TOGETHER - 1)
    [(number, loss, seconds)] = reports
    assert (number, loss) == (FETCHED_TOGETHER, (FETCHED_TOGETHER - 1) / 2)
    assert 0 <= seconds <= training.elapsed
    assert list(training.losses) == list(range(FETCHED_TOGETHER - 10, FETCHED_TOGETHER))  # those of the last epoch
    training.fetch_losses()
    assert len(reports) == 1  # there was nothing to report


def test_the_mean_loss_is_that_of_the_last_epoch():
    training, _ = progress(per_epoch=2)
    for loss in (9.0, 1.0, 2.0):
        training.add(loss)
    training.fetch_losses()
    assert training.mean_loss == 1.5


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_divergence_names_the_step_counted_from_one(loss):
    training, _ = progress()
    for step in range(FETCHED_TOGETHER + 2):
        training.add(1.0 if step != FETCHED_TOGETHER else loss)
    with pytest.raises(Diverged, match=f"the loss is {loss} at step {FETCHED_TOGETHER + 1} of 40"):
        training.fetch_losses()


def test_the_time_before_an_interruption_counts():
    training, _ = progress()
    training.seconds = 100.0
    assert 100.0 <= training.elapsed < 101.0
