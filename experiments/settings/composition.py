"""Where configurations come from, and what Hydra composed -> `schema.Config`; what can fail there is one line."""

import copy
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import yaml
from hydra.errors import HydraException, MissingConfigException, OverrideParseException
from omegaconf import DictConfig, Node, OmegaConf, open_dict
from omegaconf._utils import get_yaml_loader
from omegaconf.errors import ConfigAttributeError, ConfigKeyError, OmegaConfBaseException

from experiments.settings.overrides import ONE_NAME, meant
from experiments.settings.schema import Config, Losses
from reconstruct.errors import InputError, nearest
from reconstruct.runs.naming import NAMES_A_FILE

PLAINLY = {  # what OmegaConf says of a value's type: what was expected
    "is not a ListConfig": "expected a list in brackets, for example [relu4_2] or [1,2]",
    "could not be converted to Integer": "expected a whole number",
    "could not be converted to Float": "expected a number",
}


def configs() -> Path:
    """The configuration folder: $RECONSTRUCT_CONFIGS, else the installed copy, else the checkout's."""
    given = os.environ.get("RECONSTRUCT_CONFIGS")
    installed = Path(__file__).resolve().parent.parent / "configs"
    checkout = installed.parent.parent / "configs"
    return Path(given).resolve() if given else installed if installed.is_dir() else checkout


def first_names() -> set[str]:
    """What names of settings begin with: keys, groups of configs/, and Hydra's own."""
    return {key.name for key in fields(Config)} | {each.name for each in configs().glob("*/")} | {"hydra"}


def register_resolvers() -> None:
    """What ${by_losses:…} and ${keys:} in configs/ stand for."""
    OmegaConf.register_new_resolver("by_losses", _by_losses, replace=True)
    OmegaConf.register_new_resolver("keys", _keys, replace=True)


def _by_losses(losses: Losses, relative: Any, paper: Any) -> Any:
    """A preset's choice where it depends on the convention of the losses."""
    return relative if losses is Losses.relative else paper


def _keys() -> str:
    """All keys with defaults and comments, for the help text, in which Hydra gives dollar signs a meaning."""
    text = (configs() / "reconstruct.yaml").read_text(encoding="utf-8")
    return text.partition("\nhydra:")[0].replace("$", "$$")


def configuration(composed: DictConfig) -> Config:
    """The checked configuration.

    `InputError` if a key is unknown or without a value, or a value is out of range or refers to what is not there.
    """
    own = composed
    if "hydra" in composed:
        own = copy.deepcopy(composed)
        with open_dict(own):
            del own["hydra"]
    _check_keys(own)
    with as_input_errors():
        config: Config = OmegaConf.to_object(own)  # type: ignore[assignment]
    return config


def _check_keys(node: DictConfig, above: str = "") -> None:
    """Hydra's own check is passed by ``+typo=1`` and by ``~size``."""
    kind = OmegaConf.get_type(node)
    if not is_dataclass(kind):
        return
    known = [field.name for field in fields(kind)]
    for key in map(str, node):
        if key not in known:
            raise InputError(_unknown(f"{above}{key}", known))
    for key in known:
        child = node._get_node(key, validate_access=False)
        has_value = isinstance(child, Node) and not child._is_missing() and not child._is_interpolation()
        if not has_value and key not in node:
            raise InputError(f"{above}{key}: no value is given")
        if isinstance(child, DictConfig):
            _check_keys(child, f"{above}{key}.")


def _unknown(key: str, known: Iterable[str]) -> str:
    above, dot, last = key.rpartition(".")
    return f"{key}: there is no such key{nearest(last, known, above + dot)}"


@contextmanager
def as_input_errors() -> Iterator[None]:
    """Whatever Hydra raises about a request is an `InputError`."""
    try:
        yield
    except InputError:
        raise
    except (HydraException, OmegaConfBaseException) as error:
        raise InputError(explained(error)) from error
    except ValueError as error:
        if "Config group override" not in str(error):  # network=null, which Hydra does not expect
            raise
        raise InputError(f"{error}; --help lists the choices") from error


def explained(error: Exception) -> str:
    """What Hydra or OmegaConf say of a wrong request in several lines, in one, with the nearest valid choice."""
    cause = error.__cause__
    message = "; ".join(line.strip() for line in str(error).splitlines() if line.strip() and "hydra.cc" not in line)
    match error if isinstance(error, MissingConfigException | OverrideParseException) or cause is None else cause:
        case OverrideParseException(override=str(given)):
            refused = re.search(r"while evaluating '.*': (.*)", message)  # a function such as range(0,3)
            return f"{given}: {refused[1] if refused else f'expected KEY=VALUE{meant(given)}'}"
        case MissingConfigException(missing_cfg_file=str(file), options=list(options)):
            group, _, given = file.rpartition("/")
            return f"{group}={given}: expected one of {', '.join(options)}{nearest(given, options)}"
        case ConfigAttributeError() | ConfigKeyError() as unknown:
            kind, key = unknown.object_type, str(unknown.full_key)
            known = [field.name for field in fields(kind)] if is_dataclass(kind) else []
            return _unknown(key, known)
        case OmegaConfBaseException() as wrong:
            line = str(wrong.msg or wrong).splitlines()[0]
            refused = re.search(r"Value '(.*)' of type", line)
            plain = next((words for found, words in PLAINLY.items() if found in line), "")
            key = f"{wrong.full_key or ''}={refused[1]}" if plain and refused else str(wrong.full_key or "")
            return f"{key}: {plain or line}" if key else line
    if several := re.match(r"Ambiguous value for argument '(.*?)'; 1", message):
        return f"{several[1]}: expected one value; -m sweeps over several, [a,b] is a list, '\"a,b\"' a name"
    return message


def check_names(hydra_config: DictConfig) -> None:
    """Raise `InputError` if YAML reads a name in files of configurations as a number or a date, and not as text."""
    for file in _files(hydra_config):
        for key, node in _names(yaml.compose(file.read_text(encoding="utf-8"), get_yaml_loader()), ""):
            read = yaml.load(node.value, get_yaml_loader()) if node.style is None else node.value
            if read is not None and str(read) != node.value and "${" not in node.value:
                line = f"{key}: {node.value} would be read as {read}; write '{node.value}' in quotes"
                raise InputError(f"{file}, line {node.start_mark.line + 1}: {line}")


def _names(node: Any, above: str) -> Iterator[tuple[str, yaml.ScalarNode]]:
    """The keys that name something, with their values."""
    if not isinstance(node, yaml.MappingNode):
        return
    for key, value in node.value:
        path = f"{above}{key.value}"
        names_something = path in ONE_NAME or path.rpartition(".")[2] in NAMES_A_FILE
        if isinstance(value, yaml.ScalarNode) and names_something:
            yield path, value
        yield from _names(value, f"{path}.")


def _files(hydra_config: DictConfig) -> Iterator[Path]:
    """The primary file and those of the groups that were chosen, as Hydra finds them."""
    folders = [Path(source.path) for source in hydra_config.runtime.config_sources if source.schema == "file"]
    chosen = [f"{group}/{name}" for group, name in hydra_config.runtime.choices.items() if isinstance(name, str)]
    for name in (hydra_config.job.config_name, *chosen):
        yield from [path for folder in folders if (path := folder / f"{name}.yaml").is_file()][:1]


register_resolvers()  # here, because the processes of a launcher compose too, and whoever composes imports this module
