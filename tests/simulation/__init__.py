"""The production code in a simulated world: one thread, one seed, every fault, every promise."""
