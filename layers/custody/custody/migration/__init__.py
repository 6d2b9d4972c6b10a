"""Takes users of the older system, whose keys lay encrypted in its database, to an authority."""
