"""What happens before a single cell is made: its settings are checked, and it is found if it is finished."""

from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from hydra.experimental.callback import Callback
from omegaconf import DictConfig, open_dict, read_write

from experiments.cell.folders import make
from experiments.cell.places import Places
from experiments.cell.run import already_finished
from experiments.settings.composition import as_input_errors, configuration
from experiments.settings.overrides import chosen
from experiments.settings.yaml_text import check_names
from experiments.sweep.plan import adopted, begin_anew, planned, point
from experiments.terminal.exits import exits
from experiments.terminal.progress import say
from reconstruct.runs.results import PICTURE


class SingleCell(Callback):
    """Registered in configs/reconstruct.yaml."""

    def on_run_start(self, config: DictConfig, **kwargs: Any) -> None:
        """Find what is wrong before anything is written, and the folder; end the program if nothing is to be done."""
        with exits("reconstruct"), as_input_errors():
            _place(config)


def _place(config: DictConfig) -> None:
    check_names(config.hydra)
    HydraConfig.instance().set_config(config)  # which Hydra itself does too late for ${hydra:…}
    asked = point(configuration(config), chosen(config.hydra.overrides.task))
    for line in asked.unused:
        say(line)
    if any(override.lstrip("+").startswith("hydra.run.dir=") for override in config.hydra.overrides.hydra):
        make(Path(config.hydra.run.dir))
        return
    folder = Path(config.runs) / config.name
    make(folder)
    (cell,) = planned([asked], Places(Path(config.runs), folder), folder)
    if cell.is_finished:
        say(already_finished(cell.folder, asked.film))
        raise SystemExit(0)
    if adopted([cell]):
        say(str(cell.folder / PICTURE))
        raise SystemExit(0)
    begin_anew([cell])
    with read_write(config.hydra), open_dict(config.hydra):
        config.hydra.run.dir = str(cell.folder)
