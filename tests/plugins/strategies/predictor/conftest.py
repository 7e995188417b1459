"""Networks of any kind, and how two training steps of one are compared."""

import pytest
import torch
from nasplug_strategies.predictor.fitting.training_step import AutogradStep
from nasplug_strategies.predictor.network import Shape, network_class
from nasplug_strategies.predictor.settings import Settings


@pytest.fixture
def network():
    """Returns a network of 2 members with uniformly drawn biases; further arguments are settings."""

    def make(kind, nodes=5, features=5, scalars=0, size=6, members=2, hidden=(7,), **settings):
        generator = torch.Generator().manual_seed(1)
        chosen = Settings(kind=kind, members=members, hidden=hidden, **settings)
        net = network_class(kind)(chosen, Shape(nodes, features, scalars, size), generator)
        for name, parameter in net.named_parameters():
            if name.startswith(("bias", "shifts")):
                torch.nn.init.uniform_(parameter, -0.1, 0.1, generator=generator)
        return net

    return make


@pytest.fixture
def differences_from_autograd():
    """Returns what differs between two steps of a network, its own and by autograd: scores and parameter gradients."""

    def compare(net, graphs, scalars=None, dropout=False, batch=4):
        generator = torch.Generator().manual_seed(0)
        inputs = net.training_inputs(graphs, scalars, generator)
        gradients = {cls: [torch.full_like(p, 9.0) for p in net.parameters()] for cls in ("own", "autograd")}
        own = net.training_step(inputs, gradients["own"], batch)
        autograd = AutogradStep(net, inputs, gradients["autograd"], batch)
        different = set()
        for _ in range(2):  # the second time the memory holds the first, and tables hold other orders
            samples = torch.randint(len(graphs), (net.members * batch,), generator=generator)
            shapes = [(net.members, batch, bias.shape[2]) for bias in net.bias[:-1]]
            keep = [2.0 * (torch.rand(shape, generator=generator) < 0.5) for shape in shapes] if dropout else []
            slope = torch.randn(net.members, batch, generator=generator)
            for step in (own, autograd):
                step.score_gradients.copy_(slope)
                for operation in [*step.forward(samples, keep), *step.backward(keep)]:
                    operation()
            pairs = {"scores": (own.scores, autograd.scores)}
            pairs |= dict(zip(dict(net.named_parameters()), zip(*gradients.values(), strict=True), strict=True))
            different |= {name for name, pair in pairs.items() if not torch.allclose(*pair, atol=1e-6)}
            net.start_epoch(inputs, graphs, generator)
        return different

    return compare
