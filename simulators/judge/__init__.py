"""The judge of a run: recomputes every copy from the recording and the venue's own books.

It imports nothing of the system it judges, and no receipt justifies itself.
"""
