"""The frontier of accuracy against latency, predicted, then partly trained."""
