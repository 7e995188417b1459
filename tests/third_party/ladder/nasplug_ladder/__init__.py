"""A search space of somebody else: it knows nasplug, and nasplug does not know it."""
