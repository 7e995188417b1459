"""The search strategies of nasplug; the reusable predictor is `nasplug_strategies.predictor`."""
