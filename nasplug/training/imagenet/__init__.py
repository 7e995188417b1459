"""ImageNet in TFRecord shards: what is in a folder, and batches of its images."""
