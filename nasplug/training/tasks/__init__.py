"""Image tasks that a network is trained on: the embedded ones, and wrappers around any task."""
