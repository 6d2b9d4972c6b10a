"""A stand-in for an older system: its users with their sealed keys, their chain and its venue."""
