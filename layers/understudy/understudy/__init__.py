"""Understudy: non-custodial copy trading on cloud primitives."""
