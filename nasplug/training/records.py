"""What a training leaves on disk besides its answer."""

from pathlib import Path

import attrs


@attrs.frozen
class Records:
    """Folders of one training, None for nothing: `checkpoints` every so many steps, `tensorboard` scalars."""

    checkpoints: Path | None = None
    every: int = 1000
    tensorboard: Path | None = None
