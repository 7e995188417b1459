"""Every promise of speed or quality that the project makes, as a script that measures it.

`python -m benchmarks --list` names them; `python -m benchmarks NAME [--json]` measures one. A module here is a
benchmark when it has a `NAME` and a function `run()` that returns a dict with `figure`, `unit`, `bar`, `holds` and
whatever else explains the figure. Ratios are measured side by side in that one call.
"""
