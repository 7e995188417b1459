"""Plugins that watch a run, bound it, or save its evaluations; one file each."""
