"""What trials say: curves over repeats, levels and speed-ups, Pareto frontiers, figures, the report page.

Reads values and tables, and never asks a plugin. Needs `pip install nasplug[analysis]`.
"""
