"""Names in YAML are texts: what YAML would read as a number, a date or a truth is told before it is lost."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from omegaconf import DictConfig
from omegaconf._utils import get_yaml_loader

from experiments.settings.overrides import ONE_NAME
from reconstruct.errors import InputError
from reconstruct.runs.naming import NAMES_A_FILE


def check_names(hydra_config: DictConfig) -> None:
    """Look at the files that a configuration was composed from.

    Raises:
        InputError: one of them has a name without quotes that YAML reads as something else.
    """
    for file in _files(hydra_config):
        for key, node in _scalars(yaml.compose(file.read_text(encoding="utf-8"), get_yaml_loader()), ""):
            read = yaml.load(node.value, get_yaml_loader()) if node.style is None else node.value
            if read is not None and str(read) != node.value and "${" not in node.value:
                line = node.start_mark.line + 1
                raise InputError(
                    f"{file}, line {line}: {key}: {node.value} would be read as {read}; write '{node.value}' in quotes"
                )


def _files(hydra_config: DictConfig) -> Iterator[Path]:
    """The primary file and those of the groups that were chosen, as Hydra finds them."""
    folders = [Path(source.path) for source in hydra_config.runtime.config_sources if source.schema == "file"]
    chosen = [f"{group}/{name}" for group, name in hydra_config.runtime.choices.items() if isinstance(name, str)]
    for name in (hydra_config.job.config_name, *chosen):
        yield from [path for folder in folders if (path := folder / f"{name}.yaml").is_file()][:1]


def _scalars(node: Any, above: str) -> Iterator[tuple[str, yaml.ScalarNode]]:
    """The keys that name something, with their values."""
    if not isinstance(node, yaml.MappingNode):
        return
    for key, value in node.value:
        path = f"{above}{key.value}"
        names_something = path in ONE_NAME or path.rpartition(".")[2] in NAMES_A_FILE
        if isinstance(value, yaml.ScalarNode) and names_something:
            yield path, value
        yield from _scalars(value, f"{path}.")
