"""The commands of `nasplug proxyless`."""
