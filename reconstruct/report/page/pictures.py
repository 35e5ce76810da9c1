"""The pictures of a page, each of which it has once."""

from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path


@dataclass
class Pictures:
    """The pictures that the page shows, each once though every cell has its original; one is known by its number.

    Attributes:
        sources: files, or what would be in them, in the order of their numbers.
    """

    sources: list[Path | bytes] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=dict)

    def number(self, path: Path) -> int | None:
        """Of a file; ``None`` if there is none that can be read."""
        try:
            return self._number(path, path.read_bytes())
        except OSError:
            return None

    def number_of(self, content: bytes) -> int:
        """Of a picture that has no file."""
        return self._number(content, content)

    def _number(self, source: Path | bytes, content: bytes) -> int:
        digest = sha256(content).hexdigest()
        if digest not in self._numbers:
            self._numbers[digest] = len(self.sources)
            self.sources.append(source)
        return self._numbers[digest]
