"""The follow_reconcile function."""
