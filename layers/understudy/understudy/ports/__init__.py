"""What the workflows need from the world, as protocols; adapters and fakes stand behind them."""
