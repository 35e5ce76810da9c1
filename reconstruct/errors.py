"""The two ways in which a user's request can fail, and the guess at what they meant."""

from collections.abc import Iterable
from difflib import get_close_matches

ALIKE = 0.55  # of a guess, as difflib counts: "katt" is as far from "cat"
PREFIX = 3  # letters that are taken for the beginning of a longer name


class InputError(ValueError):
    """The user's input was wrong; the message is one line: what was given, what was expected, the nearest choice."""

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message))


class RunError(RuntimeError):
    """A run failed for a reason the user can act on; the message is one line that says how."""

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message))


def one_line(message: str) -> str:
    """`message` with everything escaped that is not printed: a file's name can hold line breaks and worse."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in message)


def nearest(given: str, choices: Iterable[str], above: str = "") -> str:
    """The end of an error message, ``; did you mean 'relu4_2'?``, or nothing where no choice resembles `given`.

    `above` is put before the choice: a key in a group is found by its own name and shown with its full one.
    """
    spelled = {choice.lower(): choice for choice in choices}
    longer = sorted((each for each in spelled if len(given) >= PREFIX and each.startswith(given.lower())), key=len)
    found = longer or get_close_matches(given.lower(), spelled, n=1, cutoff=ALIKE)
    return f"; did you mean {above + spelled[found[0]]!r}?" if found else ""
