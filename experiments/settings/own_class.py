"""A class or function of the user's, named by a setting: ``package.module:Class``.

Nothing is imported but that module, and the packages in which it lies, which have to be for it to be found.
"""

import re
import sys
from collections.abc import Callable, Mapping
from importlib import import_module, reload
from importlib.util import cache_from_source, find_spec
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from reconstruct.errors import InputError, nearest, one_line

_NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*")

Kind = TypeVar("Kind")
Version = tuple[int, int]
"""When a file was written, in ns, and its size."""
_imported: dict[str, Version] = {}


def is_own_class(name: str) -> bool:
    """Whether a setting's value has the form of such a name."""
    return _NAME.fullmatch(name) is not None


def source(name: str, key: str) -> Path:
    """The file of the module in which a setting's class is, ``package.module:Class``; `InputError` if there is none.

    It is looked for in the working directory, too, as Python by itself does.
    """
    module = name.partition(":")[0]
    if str(Path.cwd()) not in sys.path:
        sys.path.append(str(Path.cwd()))
    try:
        spec = find_spec(module)
    except (Exception, SystemExit) as error:  # of a package that has to be imported to find what is in it
        raise InputError(f"{key}={name}: {module} cannot be found ({one_line(str(error))})") from error
    if spec is None or not spec.has_location or spec.origin is None:
        raise InputError(f"{key}={name}: there is no module {module} here or where Python looks for modules")
    return Path(spec.origin)


def own_class(name: str, key: str, kind: type[Kind]) -> type[Kind]:
    """The class of that name, a subclass of `kind`.

    `InputError` if there is no such class, it is of another kind, or its module fails.
    """
    known, (module, _, wanted) = _names_in_module(name, key), name.partition(":")
    classes = {each: value for each, value in known.items() if isinstance(value, type) and issubclass(value, kind)}
    if wanted not in classes:
        raise InputError(f"{key}={name}: expected a subclass of {kind.__name__} in {module}{nearest(wanted, classes)}")
    return classes[wanted]


def own_function(name: str, key: str) -> Callable[..., Any]:
    """The function, or class, of that name, to be called without arguments.

    `InputError` if there is none, or its module fails.
    """
    known, (module, _, wanted) = _names_in_module(name, key), name.partition(":")
    functions: dict[str, Callable[..., Any]] = {each: value for each, value in known.items() if callable(value)}
    if wanted not in functions:
        raise InputError(f"{key}={name}: there is no such function in {module}{nearest(wanted, functions)}")
    return functions[wanted]


def _names_in_module(name: str, key: str) -> Mapping[str, Any]:
    module, file = name.partition(":")[0], source(name, key)
    try:
        return vars(_as_it_is_now(module, file))
    except (Exception, SystemExit) as error:  # whatever a user's module raises
        raise InputError(f"{key}={name}: {module} fails when it is imported ({one_line(repr(error))})") from error


def _as_it_is_now(name: str, file: Path) -> ModuleType:
    """A module, imported anew where its file has changed since: a cell's fingerprint is that of the file of today."""
    version = file.stat().st_mtime_ns, file.stat().st_size
    if name in sys.modules and _imported.get(name, version) != version:
        Path(cache_from_source(str(file))).unlink(missing_ok=True)  # which tells versions by whole seconds
        module = reload(sys.modules[name])
    else:
        module = import_module(name)
    _imported[name] = version
    return module
