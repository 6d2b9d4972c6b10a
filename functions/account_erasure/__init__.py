"""account_erasure: goes on with deletions that their users asked for once, until they are done."""
