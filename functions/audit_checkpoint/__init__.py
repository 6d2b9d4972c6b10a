"""audit_checkpoint: how far the chains have come is signed and kept elsewhere."""
