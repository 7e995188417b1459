"""ImageNet as a task: shards, images, batches, and the diagnosis of broken ones."""
