"""The command `reconstruct-code`: the features that a network has of a picture, into a file."""

import argparse
from pathlib import Path

from hydra import compose, initialize_config_dir

from experiments.settings import schema
from experiments.settings.composition import as_input_errors, configs, configuration
from experiments.settings.overrides import quoted
from experiments.terminal.exits import Parser, exits
from experiments.terminal.progress import say
from reconstruct.errors import InputError


def main() -> None:
    """Entry point of the console script."""
    given = _parser().parse_intermixed_args()  # settings may stand behind options
    with exits("reconstruct-code"):
        config = _configuration(given.picture, given.layers.strip("[] ").split(","), given.overrides)
        _write(config, given.output or Path(f"{Path(given.picture).stem}.npz"))


def _configuration(picture: str, layers: list[str], overrides: list[str]) -> schema.Config:
    for override in overrides:
        if "=" not in override:
            raise InputError(f"{override}: expected KEY=VALUE, for example size=256")
    own = [f"content.picture={picture}", f"content.layers=[{','.join(layers)}]"]
    chosen = [quoted(override) for override in [*overrides, *own, "representation=content"]]
    schema.register(overrides)
    with initialize_config_dir(str(configs()), version_base="1.3"), as_input_errors():
        return configuration(compose("reconstruct", [*chosen, "content.code=null"]))


def _write(config: schema.Config, path: Path) -> None:
    from experiments.cell.build import code_of  # torch; mistakes are found without
    from reconstruct import codes

    codes.check_ending(path)
    code = code_of(config)
    codes.write(code, path)
    shapes = ", ".join(f"{layer} {'×'.join(map(str, F.shape[1:]))}" for layer, F in code.features.items())
    say(f"{path}: {shapes}")


def _parser() -> argparse.ArgumentParser:
    description = (
        "Write the features that a network computes from a picture to a file, from which reconstruct "
        "content.code=FILE makes a picture."
    )
    parser = Parser(prog="reconstruct-code", description=description)
    parser.add_argument("picture", metavar="PICTURE", help="the name of a sample, or the path of a picture")
    parser.add_argument("--layers", default="relu4_2", metavar="LAYER,LAYER", help="default: relu4_2")
    parser.add_argument("--output", type=Path, metavar="FILE", help=".npz or .safetensors; default: PICTURE.npz")
    what = "settings of reconstruct: size=256, crop=square, network=vgg16 …"
    parser.add_argument("overrides", nargs="*", metavar="KEY=VALUE", help=what)
    return parser


if __name__ == "__main__":
    main()
