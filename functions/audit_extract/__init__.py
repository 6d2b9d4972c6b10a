"""audit_extract: gives what the audit has of one user, to the API that may not read it."""
