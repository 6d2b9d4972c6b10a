"""The functions, one folder per step: parse, one workflow, map the result."""
