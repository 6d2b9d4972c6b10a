"""The test bench under `/_simulator/`: funding, prices, faults, books. No client code uses it."""
