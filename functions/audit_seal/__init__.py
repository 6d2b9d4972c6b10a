"""audit_seal: the audit's rows go into the chains."""
