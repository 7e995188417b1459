"""Plugins that watch a run, save its evaluations, or move them elsewhere; one file each."""
