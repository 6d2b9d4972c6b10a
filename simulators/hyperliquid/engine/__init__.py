"""The venue's books and rules, pure and clocked from outside; it opens no socket and no file."""
