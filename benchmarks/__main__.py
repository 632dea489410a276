"""Run the benchmarks that are named, or all of them."""

import sys
from importlib import import_module

import stages  # noqa: F401  pins the arithmetic first

NAMES = ("bm25", "embed", "startup")


def main() -> None:
    """Print a line a measure."""
    unknown = [name for name in sys.argv[1:] if name not in NAMES]
    if unknown:
        sys.exit(f"error: {', '.join(unknown)}: no such benchmark; there are {', '.join(NAMES)}")
    for name in sys.argv[1:] or NAMES:
        for line in import_module(f"benchmarks.{name}").run():
            print(line, flush=True)


if __name__ == "__main__":
    main()
