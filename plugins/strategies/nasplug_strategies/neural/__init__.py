"""The strategy `neural_predictor`: train some, predict many, train the best predicted."""
