"""agent_upkeep: looks after agents: ends them in time, prepares successors, asks the venue."""
