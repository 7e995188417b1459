"""Sources of accuracies, one file each."""
