"""From the name of a plugin to a manager of a run's plugins: discovery, options, trust, fallback hooks."""
