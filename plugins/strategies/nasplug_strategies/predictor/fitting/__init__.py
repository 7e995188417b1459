"""How the networks of a predictor are fitted: losses, Adam, mini-batches."""
