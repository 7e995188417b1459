"""How far a training has come: when losses are fetched, what they amount to, and where a training diverges."""

from collections import deque

import pytest

from nasplug.training.progress import FETCHED_TOGETHER, Diverged, Progress


def progress(steps=40, per_epoch=10):
    reports = []
    return Progress(steps, deque(maxlen=per_epoch), lambda *report: reports.append(report)), reports


def test_losses_are_fetched_and_reported_together_every_so_many_steps():
    made, reports = progress()
    for step in range(FETCHED_TOGETHER - 1):
        made.add(float(step))
    assert (made.number, list(made.losses), reports) == (FETCHED_TOGETHER - 1, [], [])
    made.add(FETCHED_TOGETHER - 1)
    [(number, loss, seconds)] = reports
    assert (number, loss) == (FETCHED_TOGETHER, (FETCHED_TOGETHER - 1) / 2)
    assert 0 <= seconds <= made.elapsed
    assert list(made.losses) == list(range(FETCHED_TOGETHER - 10, FETCHED_TOGETHER))  # those of the last epoch
    made.fetch_losses()
    assert len(reports) == 1  # there was nothing to report


def test_the_mean_loss_is_that_of_the_last_epoch():
    made, _ = progress(per_epoch=2)
    for loss in (9.0, 1.0, 2.0):
        made.add(loss)
    made.fetch_losses()
    assert made.mean_loss == 1.5


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_divergence_names_the_step_counted_from_one(loss):
    made, _ = progress()
    for step in range(FETCHED_TOGETHER + 2):
        made.add(1.0 if step != FETCHED_TOGETHER else loss)
    with pytest.raises(Diverged, match=f"the loss is {loss} at step {FETCHED_TOGETHER + 1} of 40"):
        made.fetch_losses()


def test_the_time_before_an_interruption_counts():
    made, _ = progress()
    made.seconds = 100.0
    assert 100.0 <= made.elapsed < 101.0
