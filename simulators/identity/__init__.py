"""Stand-ins for the identity providers Privy and Dynamic: own keys, real key sets over HTTP."""
