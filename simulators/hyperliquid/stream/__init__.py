"""The WebSocket side: subscriptions, frames and their limits; it never changes the books."""
