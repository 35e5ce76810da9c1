"""Measured pictures of an analysis, made up."""

from dataclasses import replace

from reconstruct.analysis.entries import Entry, Kind

LAYERS = [f"relu{block}_{i}" for block, count in enumerate((2, 2, 4, 4, 4), 1) for i in range(1, count + 1)]
UNTRAINED = "vgg19 untrained 0 average"
FIVE = tuple(f"relu{block}_1" for block in range(1, 6))


def entry(representation: str = "content", matched: tuple[str, ...] = ("relu1_1",), **changes: object) -> Entry:
    errors = {"content": dict.fromkeys(LAYERS, 0.1), "style": dict.fromkeys(LAYERS, 0.1)}
    plain = Entry(
        cell=" ".join([representation, *matched, *(str(changes.get(key)) for key in ("network", "canvas", "seed"))]),
        kind=Kind.RESULT,
        representation=representation,
        layers={representation: matched},
        network="vgg19 vgg19_normalized average",
        canvas="pyramid",
        picture="pagoda",
        seed=0,
        psnr=20.0,
        ssim=0.5,
        layout=0.9,
        wavelength=5.0,
        lightness=6.0,
        chroma=7.0,
        local_lightness=3.0,
        local_chroma=4.0,
        delta_e=8.0,
        errors=errors,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def depth_curve(falling: bool, **changes: object) -> list[Entry]:
    """Content of every layer, at its end and when its error was 0.2; PSNR falls with depth or rises."""
    made = []
    for seed in (0, 1):
        for depth, layer in enumerate(LAYERS):
            psnr, apart = (30.0 - depth, 0.01 * depth) if falling else (10.0 + depth, 0.2 - 0.01 * depth)
            end = entry("content", (layer,), seed=seed, psnr=psnr, deviation=apart, agreement=psnr, **changes)
            made += [end, replace(end, kind=Kind.SNAPSHOT, level=0.2)]
    return made


def joined(content: list[float], style: list[float]) -> list[Entry]:
    """Content and style together, at growing ratios."""
    return [
        entry(
            "both",
            cell=f"ratio {ratio}",
            layers={"content": ("relu4_2",), "style": FIVE},
            ratio=ratio,
            losses={"content": c, "style": s},
            errors={"content": dict.fromkeys(LAYERS, c), "style": dict.fromkeys(LAYERS, s)},
        )
        for ratio, c, s in zip((0.0, 0.1, 1.0, float("inf")), content, style, strict=True)
    ]
