"""One package for each venue, all of the same anatomy; they do not import each other."""
