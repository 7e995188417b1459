"""Operations bound to their tensors: what stands in these may change between two calls."""

import torch
from nasplug_strategies.predictor.fitting.training_step import relu_backward, select_rows


def test_rows_are_those_of_the_samples_by_then():
    rows, samples, out = torch.arange(6.0).view(3, 2), torch.tensor([2, 0]), torch.empty(2, 2)
    operation = select_rows(rows, samples, out)
    operation()
    assert out.tolist() == [[4, 5], [0, 1]]
    samples.fill_(1)
    operation()
    assert out.tolist() == [[2, 3], [2, 3]]


def test_the_gradient_through_relu_is_that_of_autograd():
    x = torch.tensor([-2.0, 0.0, 3.0, 0.5], requires_grad=True)
    gradients = torch.tensor([1.0, -4.0, 5.0, -6.0])
    z = x.relu()
    (expected,) = torch.autograd.grad(z, x, gradients)
    z = z.detach()
    for operation in relu_backward(gradients, z):
        operation()
    assert torch.equal(z, expected)
