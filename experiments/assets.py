"""``reconstruct-assets [list|fetch [NAME…]]``: show or fetch weights and sample pictures ahead of time."""

import argparse
from collections.abc import Sequence

from experiments.terminal.exits import Parser, exits
from experiments.terminal.progress import fetching
from experiments.terminal.tables import aligned
from reconstruct import assets
from reconstruct.errors import InputError, nearest

COMMANDS = ("list", "fetch")
HEAD = ("name", "kind", "cached", "size", "title — credit; licence")


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of the console script."""
    given = _parser().parse_args(arguments)
    with exits("reconstruct-assets", "interrupted; what was complete is kept, the rest is gone"):
        _run(given.command, given.names or tuple(assets.ASSETS))


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="reconstruct-assets",
        description="List weights and sample pictures, or fetch them ahead of time (for machines without internet).",
        epilog=f"Files are kept in {assets.cache_folder()}; set {assets.CACHE_VARIABLE} to keep them elsewhere.",
    )
    parser.add_argument("command", nargs="?", default="list", metavar="list|fetch", help="what to do (default: list)")
    parser.add_argument("names", nargs="*", metavar="NAME", help="which assets (default: all)")
    return parser


def _run(command: str, names: Sequence[str]) -> None:
    chosen = [assets.named(name) for name in names]
    match command:
        case "list":
            print(*aligned([HEAD, *map(_row, chosen)]), f"kept in {assets.cache_folder()}", sep="\n")
        case "fetch":
            print(*[assets.fetch(asset.name, fetching) for asset in chosen], sep="\n")
        case _:
            raise InputError(f"there is no command {command!r}{nearest(command, COMMANDS)} (expected list or fetch)")


def _row(asset: assets.Asset) -> tuple[str, ...]:
    size = f"{asset.size / 1e6:5.1f} MB"
    return asset.name, asset.kind, _state(asset), size, f"{asset.title} — {asset.credit}; {asset.licence}"


def _state(asset: assets.Asset) -> str:
    path = assets.find(asset.name)
    if path is None:
        return "no"
    return "yes" if assets.verify(path, asset) else "damaged"


if __name__ == "__main__":
    main()
