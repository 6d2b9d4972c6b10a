"""The fill_fan_out function."""
