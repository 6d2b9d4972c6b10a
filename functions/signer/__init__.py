"""The signer: the one function on the copy path that may open keys."""
