"""What happened, in order: a hash that runs of one seed share, and the text when it is asked."""

from __future__ import annotations

from hashlib import blake2b


class History:
    """Takes one line per call; keeps the lines only if `keeps`."""

    def __init__(self, *, keeps: bool = False) -> None:
        self.lines: list[str] | None = [] if keeps else None
        self._hash = blake2b(digest_size=16)
        self._unhashed: list[str] = []

    def note(self, line: str) -> None:
        """Add what happened."""
        unhashed = self._unhashed
        unhashed.append(line)
        if self.lines is not None:
            self.lines.append(line)
        if len(unhashed) >= 256:
            self._flush()

    def tell(self, line: str) -> None:
        """Add a line for people, which is no part of the hash."""
        if self.lines is not None:
            self.lines.append(line)

    def digest(self) -> str:
        """Give the hash of everything so far."""
        self._flush()
        return self._hash.hexdigest()

    def _flush(self) -> None:
        self._hash.update("\n".join(self._unhashed).encode())
        self._unhashed.clear()
