"""What users ask for: sign-in, wallets, agents, follows, copies."""
