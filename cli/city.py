"""`hub city generate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from demo.city import CityFiles

app = typer.Typer(no_args_is_help=True, help="Simulated cities.")
Residents = Annotated[int, typer.Option(help="How many people live there.")]
Noise = Annotated[float, typer.Option(help="Multiplies the shares of hard cases, 0 to 5.")]
Seed = Annotated[int, typer.Option(help="Same seed, same bytes.")]


@app.callback()
def city() -> None:
    """Simulated cities."""


@app.command("generate")
def generate(
    out: Annotated[Path, typer.Option(help="Folder that gets landing/, truth/ and codes/.")],
    residents: Residents = 10_400,
    seed: Seed = 1402,
    noise: Noise = 1.0,
) -> None:
    """Write a city's office files and the truth about every row. Everybody in it is synthetic."""
    files = simulate(out, residents, seed, noise)
    for source, path in files.landing.items():
        typer.echo(f"{source}: {path}")


def simulate(out: Path, residents: int, seed: int, noise: float = 1.0) -> CityFiles:
    """Simulate a city and write its files. HubError if an argument is out of range or the folder cannot be written."""
    from contracts.errors import HubError
    from demo.city import generate

    try:
        return generate(out, residents, seed, noise)
    except ValueError as error:
        where = "--noise" if "noise" in str(error) else "--residents"
        raise HubError(str(error), where=where, remedy="give another number") from None
    except OSError as error:
        raise HubError(
            f"cannot write the city: {error.strerror}", where=str(out), remedy="free disk or another folder"
        ) from None
