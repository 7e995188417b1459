"""Graphs as a predictor sees them: dense, in chunks, with states and structure told apart."""
