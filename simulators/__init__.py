"""Stand-ins for venues, faithful enough that the official SDKs run against them."""
