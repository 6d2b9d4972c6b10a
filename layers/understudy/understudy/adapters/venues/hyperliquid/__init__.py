"""Hyperliquid: its wire bytes, prices, answers, REST client and trade stream."""
