"""Keys and what may be signed with them; attached to the custody functions alone."""
