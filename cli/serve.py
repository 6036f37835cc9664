"""`hub serve`."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Annotated

import typer

from cli import deployment

if TYPE_CHECKING:
    from warehouse.settings import Settings

Host = Annotated[str | None, typer.Option(help="Address to listen on (setting HUB_HOST).")]
Workers = Annotated[
    int | None, typer.Option(help="Processes that answer; 0: as many as there are cores (setting HUB_WORKERS).")
]
Port = Annotated[int | None, typer.Option(help="Port to listen on (setting HUB_PORT).")]


def serve(host: Host = None, port: Port = None, workers: Workers = None) -> None:
    """Serve the current release over HTTP; a new release is picked up without a restart."""
    settings = deployment.load_settings(host=host, port=port, workers=workers)
    require_free(settings)
    typer.echo(f"http://{settings.host}:{settings.port}/ (stop with Ctrl-C)")
    run(settings)


def require_free(settings: Settings) -> None:
    """HubError if the host and port cannot be listened on; checked before anything else is started."""
    from contracts.errors import HubError

    try:
        with socket.create_server((settings.host, settings.port)):
            pass
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        raise HubError(
            f"cannot listen: {error.strerror}", where=where, remedy="give another --port or --host"
        ) from None


def run(settings: Settings) -> None:
    """Serve the API until the process is stopped."""
    from api.serve import serve as serve_api

    serve_api(settings)
