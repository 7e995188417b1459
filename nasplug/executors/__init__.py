"""Where an evaluation runs: worker processes on this machine, or a Ray cluster."""
