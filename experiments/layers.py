"""The command `reconstruct-layers`: a table of a network's layers, with what each sees of the picture."""

import argparse

from hydra import compose, initialize_config_dir

from experiments.settings import schema
from experiments.settings.composition import as_input_errors, configs, configuration
from experiments.settings.overrides import quoted
from experiments.terminal.exits import Parser, exits
from experiments.terminal.tables import aligned
from reconstruct.errors import InputError


def main() -> None:
    """Entry point of the console script."""
    given = _parser().parse_args()
    with exits("reconstruct-layers"):
        network = [] if "=" in given.network else [f"network={given.network}"]
        config = _configuration([*network, *given.overrides, *([] if network else [given.network])])
        from experiments.cell.architectures import layer_table  # torch; mistakes are found without

        print(*aligned(layer_table(config)), sep="\n")


def _configuration(words: list[str]) -> schema.Config:
    for word in words:
        if "=" not in word:
            raise InputError(f"{word}: expected KEY=VALUE, for example size=256")
    schema.register(words)
    with initialize_config_dir(str(configs()), version_base="1.3"), as_input_errors():
        return configuration(compose("reconstruct", [quoted(word) for word in words]))


def _parser() -> argparse.ArgumentParser:
    description = (
        "Print the layers of a network for square pictures of a size: shape of the feature maps, pixels between "
        "neighbouring positions (stride), the square of pixels that a position can depend on (receptive field), and "
        "what other programs call the layers."
    )
    parser = Parser(prog="reconstruct-layers", description=description)
    what = "vgg19, alexnet, torchvision:NAME, timm:NAME, package.module:function … (default: vgg19_normalized)"
    parser.add_argument("network", nargs="?", default="vgg19_normalized", metavar="NETWORK", help=what)
    parser.add_argument("overrides", nargs="*", metavar="KEY=VALUE", help="settings of reconstruct, such as size=224")
    return parser


if __name__ == "__main__":
    main()
