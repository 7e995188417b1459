"""A device of another package, whose "milliseconds" are the trainable variables of a space's network."""

from nasplug.plugin import Device


class Variables(Device):
    """Counts the variables of the network that the attached space builds."""

    space = None

    def attach(self, space):
        assert self.space is None, "attached once"
        self.space = space

    def devices(self):
        return ["variables"]

    def measure_latency(self, architecture, device):
        assert device == "variables"
        return float(len(self.space.build_network(architecture=architecture).trainable_variables))
