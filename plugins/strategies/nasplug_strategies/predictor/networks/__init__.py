"""The networks of a predictor, and their training steps with gradients written out."""
