"""How large the house is: lines of the product and of the tests, and how long functions are."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parent.parent
PRODUCT = (".py", ".js", ".css", ".html", ".yaml")


def tracked(*folders: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", *folders], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.splitlines() if (ROOT / name).is_file()]


def lines(files: list[Path]) -> int:
    return sum(len(path.read_text(encoding="utf-8").splitlines()) for path in files)


def lengths(files: list[Path]) -> Iterator[tuple[int, str]]:
    """Lines of every function, docstring and all, and its name."""
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                yield (node.end_lineno or node.lineno) - node.lineno + 1, f"{path.name}:{node.name}"


product = [path for path in tracked("reconstruct", "experiments", "configs") if path.suffix in PRODUCT]
found = sorted(lengths([path for path in product if path.suffix == ".py"]))
tests = lines([path for path in tracked("tests") if path.suffix == ".py"])
length, name = found[-1]
middle = median(each for each, _ in found)
said = f"{len(found)} functions, median {middle:g} lines, longest {length} ({name})"
print(f"{lines(product)} product lines, {tests} of tests; {said}")  # noqa: T201
