"""`python -m cli`: the `understudy` command, or what is missing to run it."""

from __future__ import annotations

import sys

INTERRUPTED = 130
HALF_MADE = """\
error ENVIRONMENT_HALF_MADE: {prefix} is not complete: {error}
remedy: run `make demo` again: it installs what is missing, or makes .venv anew
"""


def start() -> int:
    """Run the command; an environment in which it cannot be imported is told so."""
    try:
        return _main()
    except KeyboardInterrupt:  # before the command itself listens for it
        return INTERRUPTED


def _main() -> int:
    try:
        from cli.app import main  # noqa: PLC0415 - needs packages that may not be there
    except ImportError as error:
        sys.stderr.write(HALF_MADE.format(prefix=sys.prefix, error=error))
        return 1
    return main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(start())
