"""One run: settings, selection of plugins, suggesting, evaluating, committing, and the result."""
