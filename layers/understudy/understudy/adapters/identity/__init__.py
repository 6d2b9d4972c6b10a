"""Who signs in: messages, tokens and their proofs."""
