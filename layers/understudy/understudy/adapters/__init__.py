"""The only input and output: AWS, venues, identity providers."""
