"""What `nasplug nasbench101 info` and `query` tell: one file for each source of accuracies."""
