"""Stored runs, loaded again: their plugins, predictions, figures and reports."""
