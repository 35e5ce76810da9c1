"""The command `reconstruct-board`: TensorBoard, for this machine alone unless asked, with options that suit."""

import argparse
import getpass
import io
import logging
import os
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from experiments.terminal.exits import Parser, exits
from experiments.terminal.progress import say
from reconstruct.errors import InputError
from reconstruct.runs.sweeps import SWEEP

# TensorBoard would otherwise keep ten pictures and a thousand points, chosen at random.
KEPT = "images=1000,scalars=10000"
LOOK_AGAIN = 5  # seconds
ALONE = "127.0.0.1"  # whom only this machine reaches
VIEW = "?smoothing=0#timeseries"  # curves as they are


def main() -> None:
    """Entry point of the console script."""
    given = _parser().parse_args()
    with exits("reconstruct-board"):
        _check_host(given.host)
        for folder in given.folders:
            _check(folder)
    with beside_each_other(given.folders) as shown:
        with exits("reconstruct-board"):
            address = serve(shown, given.host, given.port)
        print(f"{', '.join(map(str, given.folders))}: {address}{VIEW}  (Ctrl-C ends it)", flush=True)
        _advise(given.host, address)
        with suppress(KeyboardInterrupt):
            threading.Event().wait()


def _parser() -> argparse.ArgumentParser:
    description = "Watch reconstructions in TensorBoard, while they are made or afterwards."
    parser = Parser(prog="reconstruct-board", description=description)
    what = "a sweep, a cell or all runs, for example runs/fig1"
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER", help=what)
    parser.add_argument("--port", type=int, help="default: 6006, or the next one that is free")
    parser.add_argument(
        "--host", default=ALONE, help=f"who may connect: {ALONE} this machine (default), 0.0.0.0 anyone"
    )
    return parser


def _advise(host: str, address: str) -> None:
    """Who else can look at it, and how to reach it from where one is logged in."""
    if host not in (ALONE, "localhost", "::1"):
        say("everybody who can reach this machine can see these pictures and settings")
    elif connection := os.environ.get("SSH_CONNECTION", "").split():
        port, machine = urlsplit(address).port, connection[2] if len(connection) > 2 else "THIS_MACHINE"
        say(f"from your own machine: ssh -N -L {port}:{ALONE}:{port} {getpass.getuser()}@{machine}")


@contextmanager
def beside_each_other(folders: Sequence[Path]) -> Iterator[Path]:
    """One folder that shows these: the only one, or one with a link to each.

    `InputError` if there are several, and the system has no links.
    """
    paths = list(dict.fromkeys(folder.resolve() for folder in folders))
    if len(paths) == 1:
        yield folders[0]
        return
    with TemporaryDirectory(prefix="reconstruct-board-") as made:
        try:
            for number, path in enumerate(paths):
                alike = sum(other.name == path.name for other in paths[:number])
                Path(made, f"{path.name}~{alike + 1}" if alike else path.name).symlink_to(path)
        except OSError as error:
            raise InputError(f"several folders are shown by links, which cannot be made here ({error})") from error
        yield Path(made)


def _check(folder: Path) -> None:
    begun = next(folder.rglob("events.out.tfevents.*"), None) is not None
    if not begun and any(next(folder.glob(pattern), None) for pattern in (SWEEP, f"*/{SWEEP}")):
        say(f"{folder} has no events yet; waiting")
    elif not begun:
        what = "has nothing for TensorBoard yet" if folder.is_dir() else "is no folder"
        there = sorted({str(path.parents[1]) for path in Path("runs").glob("*/*/events.out.tfevents.*")})
        raise InputError(f"{folder} {what}; expected the folder of a sweep ({', '.join(there) or 'such as runs/fig1'})")


def _check_host(host: str) -> None:
    """TensorBoard itself ends without a word where a name is unknown."""
    try:
        socket.getaddrinfo(host, None)
    except OSError as error:
        raise InputError(f"--host {host}: not known here ({error.strerror}); expected {ALONE} or 0.0.0.0") from error


def serve(folder: Path, host: str, port: int | None) -> str:
    """Start TensorBoard in threads of this process; its address. `InputError` if host or port are not to be had."""
    logging.getLogger("tensorboard").setLevel(logging.ERROR)
    from tensorboard import default, program

    board = program.TensorBoard(default.get_plugins())
    chosen = [] if port is None else [f"--port={port}"]
    options = [f"--host={host}", f"--samples_per_plugin={KEPT}", f"--reload_interval={LOOK_AGAIN}", *chosen]
    board.configure(argv=["reconstruct-board", f"--logdir={folder}", *options])
    try:
        with redirect_stderr(io.StringIO()):  # praise of its fast reader
            return str(board.launch())
    except program.TensorBoardServerException as error:
        given = {"host": host, "port": port}
        asked = " ".join(f"--{name} {value}" for name, value in given.items() if value not in (None, ALONE)) or "--port"
        raise InputError(f"{asked}: cannot be had ({error}); leave it out to get a free one") from error


if __name__ == "__main__":
    main()
