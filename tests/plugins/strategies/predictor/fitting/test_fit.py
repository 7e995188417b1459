"""The training loop: gradients are zeroed, members are independent, the schedule ends at zero."""

import math

import pytest
import torch
from nasplug_strategies.predictor.fitting.fit import FitSettings, _cosine, _draw_dropout, fit
from nasplug_strategies.predictor.network import Network
from torch import nn


class Line(Network):
    """y = a·x + b a member, with dropout factors ignored."""

    def __init__(self, members):
        super().__init__()
        self.dense, self.bias = (nn.ParameterList([torch.zeros(members, 1, 1)]) for _ in range(2))

    def training_inputs(self, graphs, scalars, generator):
        return [graphs]

    def forward(self, inputs, dropout):
        return self.dense[0][..., 0] * inputs[0] + self.bias[0][..., 0]


def fit_line(line, x, y, settings):
    fit(line, x, None, y, settings, torch.Generator().manual_seed(0))


def plain_adam(x, y, settings, order):
    """The same fit with torch's own parts, one parameter at a time, gradients zeroed before every step."""
    a, b = torch.zeros(1, requires_grad=True), torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.Adam([a, b], lr=settings.lr, weight_decay=settings.weight_decay)
    steps = len(order)
    for step, rows in enumerate(order):
        optimizer.param_groups[0]["lr"] = settings.lr * 0.5 * (1 + math.cos(math.pi * step / steps))
        optimizer.zero_grad()
        ((a * x[rows] + b - y[rows]) ** 2).mean().backward()
        optimizer.step()
    return a.item(), b.item()


def test_it_is_adam_with_zeroed_gradients_and_a_cosine():
    x = torch.linspace(-1, 1, 8)
    y, settings = 3 * x + 1, FitSettings(epochs=40, batch=8, lr=0.05, weight_decay=1e-3, dropout=0)
    net = Line(1)
    fit_line(net, x, y[None], settings)
    expected = plain_adam(x, y, settings, [torch.arange(8)] * 40)  # whole batches: the order inside does not matter
    assert (net.dense[0].item(), net.bias[0].item()) == pytest.approx(expected, abs=1e-5)


def test_every_sample_is_seen_once_an_epoch_in_batches_with_a_remainder():
    seen = []

    class Spy(Line):
        def forward(self, inputs, dropout):
            seen.append(inputs[0].clone())
            return super().forward(inputs, dropout)

    x = torch.arange(25.0)
    fit_line(Spy(2), x, torch.zeros(2, 25), FitSettings(epochs=2, batch=10))
    assert [t.shape[1] for t in seen] == [10, 10, 5] * 2
    for member in (0, 1):
        assert torch.cat([t[member] for t in seen[:3]]).sort().values.tolist() == x.tolist()
    assert not torch.equal(seen[0][0], seen[0][1])


def test_members_learn_their_own_labels():
    x = torch.linspace(-1, 1, 20)
    net = Line(2)
    settings = FitSettings(epochs=200, batch=5, lr=0.05, weight_decay=0, dropout=0)
    fit_line(net, x, torch.stack((2 * x, -5 * x)), settings)
    assert net.dense[0].flatten().tolist() == pytest.approx([2, -5], abs=0.05)


def test_the_cosine_goes_from_one_to_zero():
    assert _cosine(0) == 1
    assert _cosine(1) == pytest.approx(0)
    assert _cosine(0.5) == pytest.approx(0.5)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.99999])
def test_dropout_factors_are_zero_at_their_rate_and_one_on_average(rate):
    factor = torch.empty(1001, 333)
    _draw_dropout(factor, rate, torch.Generator().manual_seed(0))
    assert factor.unique().tolist() == pytest.approx([0.0, 1 / (1 - rate)], rel=1e-3)
    assert (factor == 0).float().mean().item() == pytest.approx(rate, abs=0.003)


def test_dropout_factors_follow_from_the_generator():
    one, same, other = (torch.empty(10, 7) for _ in range(3))
    generator = torch.Generator().manual_seed(3)
    _draw_dropout(one, 0.5, generator)
    _draw_dropout(other, 0.5, generator)
    _draw_dropout(same, 0.5, torch.Generator().manual_seed(3))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
