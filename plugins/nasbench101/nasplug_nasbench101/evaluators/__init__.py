"""Where an accuracy comes from: one file each."""
