"""Many searches to one question: which strategy is better, which architectures are on the frontier."""
