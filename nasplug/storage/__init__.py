"""Trials in a database: its URL, tables, lock and rows, and files that are written whole or not at all."""
