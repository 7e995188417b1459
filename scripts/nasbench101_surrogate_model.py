"""The predictor behind the surrogate of NASBench-101: what it sees of a cell, its network, and how it is fitted."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from nasplug_nasbench101 import edges as bitmask
from nasplug_nasbench101.channels import all_channels, all_parameters
from nasplug_nasbench101.enumeration import all_codes
from nasplug_nasbench101.lookup import lookup
from nasplug_strategies.predictor.graphs.dense_graphs import Graphs
from nasplug_strategies.predictor.graphs.structural_features import structure
from nasplug_strategies.predictor.metrics import r_squared
from numpy.typing import NDArray
from torch import Tensor, nn

from nasplug.analysis.prediction import kendall_tau

ROWS = "nasbench101_rank_0_20000.npz"
BUDGETS = (108, 36, 12, 4)  # epochs; the first is the one that matters
FOLDS = 5
EPOCHS, BATCH, RATE, DECAY = 20, 256, 2e-3, 0.05
WIDTH, LAYERS, HIDDEN, DROPOUT = 128, 4, 256, 0.1
AUXILIARY, RANKING, SHARPNESS = 0.3, 0.3, 4.0  # weights of the other targets and of the order, slope of its logistic
CHUNK = 20_000
Array = NDArray[Any]


class Cells(NamedTuple):
    """What the network sees of cells: vertices `[n, 7, f]`, adjacency `[n, 7, 7]`, mask `[n, 7]`, scalars `[n, s]`."""

    x: Tensor
    adjacency: Tensor
    mask: Tensor
    scalars: Tensor

    def at(self, rows: Tensor | slice) -> "Cells":
        """Returns the cells at `rows`, in single precision."""
        return Cells(*(part[rows].float() for part in self))


class Records(NamedTuple):
    """Real records: rows in the enumeration `[n]`, accuracies in percent `[n, 4]`, seconds of training `[n]`."""

    rows: Array
    accuracy: Array
    seconds: Array


def records(folder: Path) -> Records:
    """Returns the 20,001 real records of the shared data."""
    with np.load(folder / ROWS) as file:
        codes = np.zeros((len(file["hash"]), 7, 7), np.uint8)
        for size in np.unique(file["num_vertices"]):
            members = np.flatnonzero(file["num_vertices"] == size)
            place = [*range(size - 1), bitmask.OUTPUT]
            codes[np.ix_(members, place, place)] = file["adjacency"][members][:, :size, :size]
        ops = np.maximum(file["interior_ops"], 0).astype(np.uint8)
        rows = lookup().rows_of(np.concatenate([codes[:, bitmask.ROWS, bitmask.COLUMNS], ops], axis=1))
        accuracy = np.stack([100.0 * file[f"val_acc_{epochs}"].astype(float) for epochs in BUDGETS], axis=1)
        return Records(rows, accuracy, file["training_time_108"].astype(float))


def targets(found: Records) -> Array:
    """Returns logarithms of the error at each epoch budget and of the training time, `[n, 5]`.

    In the logarithm of the error a cell at 10 % is as far from one at 85 % as that is from one at 97 %.
    """
    return np.concatenate([np.log(100.0 - found.accuracy), np.log(found.seconds)[:, None]], axis=1)


def all_cells() -> Cells:
    """Returns what the network sees of all 423,624 cells, in half precision: scalars are standardised over all."""
    codes = all_codes()
    parts = [_cells(codes[start : start + CHUNK]) for start in range(0, len(codes), CHUNK)]
    x, adjacency, mask, scalars = (torch.cat(part) for part in zip(*parts, strict=True))
    spread = scalars.std(0)
    kept = spread > 1e-6
    scalars = ((scalars - scalars.mean(0)) / spread)[:, kept].clamp(-5.0, 5.0)
    return Cells(x.half(), adjacency.half(), mask.half(), scalars.half())


def _cells(codes: Array) -> Cells:
    edges = bitmask.from_codes(codes)
    matrices = torch.from_numpy(bitmask.to_matrices(edges))  # [n, 7, 7]
    mask = torch.from_numpy((bitmask.kept(edges)[:, None] >> np.arange(bitmask.VERTICES) & 1).astype(bool))
    ops = torch.nn.functional.one_hot(torch.from_numpy(codes[:, bitmask.SLOTS :].astype(np.int64)), 3)
    x = torch.zeros(len(codes), bitmask.VERTICES, 5)
    x[:, 0, 0] = x[:, -1, 4] = 1.0
    x[:, 1:-1, 1:4] = ops * mask[:, 1:-1, None]
    blocks = structure(Graphs(x, matrices.bool(), mask))
    channels = torch.from_numpy(all_channels(codes, 512, 512)).float() * mask  # [n, 7]
    degrees = torch.stack([matrices.sum(1), matrices.sum(2)], 2) / 3.0
    width = torch.where(mask, torch.log2(channels.clamp(min=1.0) / 512.0), 0.0)
    x = torch.cat([x, width[:, :, None], degrees], 2)
    parameters = torch.log(torch.from_numpy(all_parameters(codes)).float())
    work = torch.log1p(_work(x[:, 1:-1, 1:4], matrices.float(), channels))
    return Cells(x, matrices, mask, torch.cat([*blocks.values(), parameters[:, None], work], 1))


def _work(ops: Tensor, matrices: Tensor, channels: Tensor) -> Tensor:
    """Returns `[n, 5]`: products of both convolutions, pooling, projections, additions, by the channels."""
    c = channels[:, 1:-1]
    products = torch.einsum("nvo,nvo->no", ops, torch.stack([c**2, c**2, c], 2))
    projected = (matrices[:, 0] * channels).sum(1)
    added = (matrices[:, 1:-1, 1:-1] * c[:, None]).sum((1, 2))
    return torch.cat([products, projected[:, None], added[:, None]], 1)


class Network(nn.Module):
    """Residual layers that average over predecessors and successors; mean, sum and output vertex beside the scalars."""

    def __init__(self, features: int, scalars: int, outputs: int) -> None:
        super().__init__()
        self.embed = nn.Linear(features, WIDTH)
        self.norms = nn.ModuleList(nn.LayerNorm(WIDTH) for _ in range(LAYERS))
        self.layers = nn.ModuleList(nn.Linear(3 * WIDTH, WIDTH) for _ in range(LAYERS))
        self.graph, self.scalars = nn.Linear(3 * WIDTH, HIDDEN), nn.Linear(scalars, HIDDEN)
        self.norm, self.inner = nn.LayerNorm(HIDDEN), nn.Linear(HIDDEN, HIDDEN)
        self.dropout, self.last = nn.Dropout(DROPOUT), nn.Linear(HIDDEN, outputs)

    def forward(self, cells: Cells) -> Tensor:
        """Returns standardised targets `[b, outputs]`."""
        x, A, mask, scalars = cells
        before = (A / A.sum(1, keepdim=True).clamp(min=1.0)).mT  # [b, 7, 7]
        after = A / A.sum(2, keepdim=True).clamp(min=1.0)
        V = self.embed(x)  # [b, 7, width]
        for norm, layer in zip(self.norms, self.layers, strict=True):
            own = norm(V)
            V = V + nn.functional.gelu(layer(torch.cat([own, before @ own, after @ own], 2)))
        total = (V * mask[:, :, None]).sum(1)
        read = torch.cat([total / mask.sum(1, keepdim=True), total / mask.shape[1], V[:, -1]], 1)
        h = nn.functional.gelu(self.norm(self.graph(read) + self.scalars(scalars)))
        h = h + nn.functional.gelu(self.inner(self.dropout(h)))
        return self.last(self.dropout(h))


def loss(output: Tensor, target: Tensor) -> Tensor:
    """Returns Huber's loss on all targets `[b, 5]`, plus a logistic loss on the order of all pairs by the first."""
    weight = torch.tensor([1.0] + [AUXILIARY] * (target.shape[1] - 1))
    error = (nn.functional.huber_loss(output, target, reduction="none") * weight).mean(0).sum()
    y, score = target[:, 0], output[:, 0]
    lower = (y[:, None] < y[None]).float()
    order = nn.functional.softplus(SHARPNESS * (score[:, None] - score[None])) * lower
    return error + RANKING * order.sum() / lower.sum().clamp(min=1.0)


def fit(cells: Cells, y: Array, seed: int) -> Network:
    """Returns the network fitted to `y` `[n, 5]`, standardised, of `cells`: AdamW, warm-up, a cosine to zero."""
    torch.manual_seed(seed)
    shuffle = np.random.default_rng(seed)
    network = Network(cells.x.shape[2], cells.scalars.shape[1], y.shape[1])
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY)
    steps = EPOCHS * (len(y) // BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda t: min(1.0, (t + 1) / (0.05 * steps)) * 0.5 * (1.0 + math.cos(math.pi * t / steps))
    )
    wanted = torch.from_numpy(y.astype(np.float32))
    for rows in _batches(len(y), shuffle):
        optimizer.zero_grad()
        loss(network(cells.at(rows)), wanted[rows]).backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    return network.eval()


def _batches(n: int, shuffle: np.random.Generator) -> Iterator[Tensor]:
    for _ in range(EPOCHS):
        order = torch.from_numpy(shuffle.permutation(n))
        yield from order[: n - n % BATCH].split(BATCH)


def predict(network: Network, cells: Cells) -> Array:
    """Returns standardised targets `[n, 5]`."""
    with torch.inference_mode():
        parts = [network(cells.at(slice(s, s + 2048))) for s in range(0, len(cells.x), 2048)]
    return torch.cat(parts).double().numpy()


def folds(n: int) -> list[Array]:
    """Returns the rows held out in each of the five folds."""
    order = np.random.default_rng(0).permutation(n)
    return [np.sort(order[fold::FOLDS]) for fold in range(FOLDS)]


def fitted_without(held_out: Array, cells: Cells, found: Records, seed: int, wanted: Array | slice) -> Array:
    """Returns targets `[n, 5]` of the cells `wanted`, after a fit to all records but those held out."""
    train = np.setdiff1d(np.arange(len(found.rows)), held_out)
    y = targets(found)[train]
    mean, scale = y.mean(0), y.std(0)
    network = fit(cells.at(torch.from_numpy(found.rows[train])), (y - mean) / scale, seed)
    chosen = torch.from_numpy(wanted) if isinstance(wanted, np.ndarray) else wanted
    return predict(network, Cells(*(part[chosen] for part in cells))) * scale + mean


def figures(predicted: Array, accuracy: Array) -> dict[str, float]:
    """Returns how well accuracies `[n]` in percent were predicted: τ, R² and RMSE, of all and of those above."""
    high, sound = accuracy > 91.0, accuracy > 85.0
    square = (predicted - accuracy) ** 2
    return {
        "tau": kendall_tau(predicted, accuracy),
        "tau_above_91": kendall_tau(predicted[high], accuracy[high]),
        "r2": r_squared(predicted, accuracy),
        "r2_above_85": r_squared(predicted[sound], accuracy[sound]),
        "rmse": float(np.sqrt(square.mean())),
        "rmse_above_85": float(np.sqrt(square[sound].mean())),
        "rmse_above_91": float(np.sqrt(square[high].mean())),
    }
