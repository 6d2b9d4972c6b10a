"""The ports on AWS services."""
