"""Strategies compared on one space: a plan, repeated searches in processes, tables and a figure."""
