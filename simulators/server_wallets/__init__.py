"""A stand-in for a provider of server wallets: remote signing over HTTP, with its misfortunes."""
