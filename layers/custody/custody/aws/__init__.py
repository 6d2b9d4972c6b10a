"""The signer's ports on AWS services."""
