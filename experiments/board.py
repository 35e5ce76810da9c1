"""The command `reconstruct-board`: TensorBoard on this machine alone, with the options that suit reconstructions."""

import argparse
import io
import logging
import threading
from contextlib import redirect_stderr, suppress
from importlib.metadata import version
from pathlib import Path

from experiments.sweep.labelled import labelled
from experiments.terminal.exits import Parser, exits
from reconstruct.errors import InputError

# TensorBoard would otherwise keep ten pictures and a thousand points, chosen at random.
KEPT = "images=1000,scalars=10000"
LOOK_AGAIN = 5  # seconds
VIEW = "?smoothing=0#timeseries"  # curves as they are


def main() -> None:
    """Entry point of the console script."""
    given = _parser().parse_args()
    with exits("reconstruct-board"):
        for folder in given.folders:
            _check(folder)
    with labelled(given.folders) as shown:
        with exits("reconstruct-board"):
            address = serve(shown, given.port)
        print(f"{', '.join(map(str, given.folders))}: {address}{VIEW}  (Ctrl-C ends it)", flush=True)
        with suppress(KeyboardInterrupt):
            threading.Event().wait()


def _parser() -> argparse.ArgumentParser:
    description = "Watch reconstructions in TensorBoard, while they are made or afterwards."
    parser = Parser(prog="reconstruct-board", description=description)
    parser.add_argument("--version", action="version", version=f"%(prog)s {version('reconstruct')}")
    what = "of a sweep, a cell or all runs, for example runs/fig1"
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER", help=what)
    parser.add_argument("--port", type=int, help="default: 6006, or the next one that is free")
    return parser


def _check(folder: Path) -> None:
    if next(folder.rglob("events.out.tfevents.*"), None) is None:
        what = "has nothing for TensorBoard yet" if folder.is_dir() else "is no folder"
        there = sorted({str(path.parents[1]) for path in Path("runs").glob("*/*/events.out.tfevents.*")})
        raise InputError(f"{folder} {what}; expected the folder of a sweep ({', '.join(there) or 'such as runs/fig1'})")


def serve(folder: Path, port: int | None) -> str:
    """Start TensorBoard in threads of this process; its address.

    Raises:
        InputError: the port is not to be had.
    """
    logging.getLogger("tensorboard").setLevel(logging.ERROR)
    from tensorboard import default, program

    board = program.TensorBoard(default.get_plugins())
    chosen = [] if port is None else [f"--port={port}"]
    options = ["--host=127.0.0.1", f"--samples_per_plugin={KEPT}", f"--reload_interval={LOOK_AGAIN}", *chosen]
    board.configure(argv=["reconstruct-board", f"--logdir={folder}", *options])
    try:
        with redirect_stderr(io.StringIO()):  # praise of its fast reader
            return str(board.launch())
    except program.TensorBoardServerException as error:
        raise InputError(f"--port {port}: cannot be had ({error}); leave it out to get a free one") from error


if __name__ == "__main__":
    main()
