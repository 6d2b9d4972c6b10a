"""What arrives on the wire: canonical forms, hashes and signers. It decides nothing about money."""
