"""Makes the surrogate of NASBench-101 that the plugin ships, from 20,001 real records.

    python scripts/make_nasbench101_surrogate.py --data ../shared/data --work /tmp/surrogate

Fits one network to each of five folds (`nasbench101_surrogate_model.py`), which takes about a minute each. Every
network predicts all 423,624 cells: the mean of all networks is the table, and records that a network was not fitted to
give the held-out figures. Predictions are stored in `--work`, so that an interrupted run continues. The same seeds give
the same table on the same kind of machine.
"""

import io
import json
import platform
from pathlib import Path
from typing import Any

import attrs
import click
import nasbench101_surrogate_model as model
import numpy as np
import torch
from nasplug_nasbench101.surrogate import NAME, STEPS, TIME_STEP, Noise

from nasplug.plugin import write_atomically

SEEDS = 1
BINS = 8
LEVELS = [0.0, 0.001, 0.003, 0.01, 0.03, *np.arange(0.05, 0.951, 0.05).round(3).tolist(), 0.97, 0.99, 0.997, 0.999, 1.0]


def predict_by_fold(work: Path, real: model.Records) -> list[list[model.Array]]:
    """Returns the targets `[423624, 5]` that each network of each fold predicts, and stores them in `work`."""
    work.mkdir(parents=True, exist_ok=True)
    cells = None
    predictions: list[list[model.Array]] = []
    for fold, held_out in enumerate(model.folds(len(real.rows))):
        predictions.append([])
        for seed in range(SEEDS):
            path = work / f"fold{fold}_seed{seed}.npy"
            if not path.exists():
                cells = cells or model.all_cells()
                predicted = model.fit_and_predict(held_out, cells, real, 10 * fold + seed, slice(None))
                content = io.BytesIO()
                np.save(content, predicted.astype(np.float32))
                write_atomically(path, content.getvalue())
                click.echo(f"fold {fold}, network {seed}: done", err=True)
            predictions[-1].append(np.load(path).astype(float))
    return predictions


def held_out(predictions: list[list[model.Array]], real: model.Records) -> model.Array:
    """Returns the targets `[n, 5]` of the records, each predicted by the networks that were not fitted to it."""
    targets = np.empty((len(real.rows), len(model.BUDGETS) + 1))
    for records, networks in zip(model.folds(len(real.rows)), predictions, strict=True):
        targets[records] = np.mean(networks, axis=0)[real.rows[records]]
    return targets


def noise(predicted: model.Array, accuracy: model.Array) -> Noise:
    """Returns how records `[n]` scatter around held-out predictions `[n]`, in bins of equally many records."""
    edges = np.quantile(predicted, np.arange(1, BINS) / BINS)
    bins = np.searchsorted(edges, predicted)
    residual = accuracy - predicted
    quantiles = [np.quantile(residual[bins == b], LEVELS).round(4).tolist() for b in range(BINS)]
    return Noise(edges.round(4).tolist(), LEVELS, quantiles)


def by_fold(predicted: model.Array, real: model.Records) -> dict[str, Any]:
    """Returns mean and standard deviation over the folds of each figure at 108 epochs."""
    folds = [model.figures(predicted[rows, 0], real.accuracy[rows, 0]) for rows in model.folds(len(real.rows))]
    return {
        name: {"mean": float(np.mean(values)), "sd": float(np.std(values)), "folds": values}
        for name in folds[0]
        for values in [[figures[name] for figures in folds]]
    }


def manifest(predicted: model.Array, real: model.Records) -> dict[str, Any]:
    """Returns the table's manifest, given held-out accuracies and seconds `[n, 5]`."""
    log_seconds, log_predicted = np.log(real.seconds), np.log(predicted[:, -1])
    others = {
        epochs: {"tau": model.kendall_tau(predicted[:, i], real.accuracy[:, i])}
        for i, epochs in enumerate(model.BUDGETS)
        if i
    }
    return {
        "what": "predicted validation accuracy and training time of all cells, in the order of all_codes()",
        "source": "20,001 records of google-research/nasbench (Apache-2.0) as published by tiga1231/nasbench-vis",
        "made_by": f"scripts/{Path(__file__).name}",
        "with": {"torch": torch.__version__, "numpy": np.__version__, "machine": platform.machine()},
        "networks": {"folds": model.FOLDS, "seeds": SEEDS, "epochs": model.EPOCHS, "layers": model.LAYERS},
        "held_out": {
            "108": by_fold(predicted, real),
            **{str(epochs): value for epochs, value in others.items()},
            "log_time_r2": model.r_squared(log_predicted, log_seconds),
        },
        "noise": {
            str(epochs): attrs.asdict(noise(predicted[:, i], real.accuracy[:, i]))
            for i, epochs in enumerate(model.BUDGETS)
        },
    }


def in_units(targets: model.Array) -> model.Array:
    """Returns percent and seconds `[n, 5]` for the networks' targets."""
    return np.concatenate([(100.0 - np.exp(targets[:, :-1])).clip(0.0, 100.0), np.exp(targets[:, -1:])], axis=1)


@click.command(help=__doc__)
@click.option("--data", type=click.Path(exists=True, path_type=Path), required=True, help="folder of the real records")
@click.option("--work", type=click.Path(path_type=Path), required=True, help="folder for the networks' predictions")
@click.option("--target", type=click.Path(path_type=Path), default=f"plugins/nasbench101/nasplug_nasbench101/{NAME}")
def main(data: Path, work: Path, target: Path) -> None:
    """Fits the networks whose predictions are not stored, prints the held-out figures, and writes the table."""
    torch.set_num_threads(1)
    real = model.records(data)
    predictions = predict_by_fold(work, real)
    about = manifest(in_units(held_out(predictions, real)), real)
    mean = in_units(np.mean([network for fold in predictions for network in fold], axis=0))
    columns = {f"accuracy_{epochs}": (mean[:, i], STEPS[epochs]) for i, epochs in enumerate(model.BUDGETS)}
    arrays = {name: model.quantised(values, step) for name, (values, step) in columns.items()}
    arrays["log_seconds"] = model.quantised(np.log(mean[:, -1]), TIME_STEP)
    text = json.dumps(about, indent=1)
    np.savez_compressed(target, **arrays, manifest=np.frombuffer(text.encode(), np.uint8))
    click.echo(text)
    click.echo(f"{target}: {target.stat().st_size / 1e6:.2f} MB", err=True)


if __name__ == "__main__":
    main()
