"""The 22-layer ProxylessNAS search space, its networks in TensorFlow, and its Pixel-1 latency model."""
