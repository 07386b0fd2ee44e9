"""``happysad serve``: the service and its page."""

from __future__ import annotations

import importlib.util
import logging
import socket
import threading
import webbrowser
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from happysad.pipeline.model_files.shipped import SHIPPED
from happysad.service.http.bind_address import allowed_hosts, bound, displayed_host
from happysad.utils.console import exit_on_user_error, say
from happysad.utils.errors import UserError
from happysad.utils.jobs import job_count, jobs_option

if TYPE_CHECKING:
    from fastapi import FastAPI

# Modules of the web extra.
NEEDED = ("fastapi", "uvicorn", "python_multipart", "prometheus_client", "fastapi_offline")


@click.command(name="serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0: a free one."
)
@click.option(
    "--model",
    "models",
    multiple=True,
    help=f"Model on offer, the first by default; repeatable. Without: {' and '.join(SHIPPED)}.",
)
@jobs_option("Processes that answer")
@click.option("--open", "opened", is_flag=True, help="Open the page in the browser.")
@exit_on_user_error
def serve(host: str, port: int, models: tuple[str, ...], jobs: int, opened: bool) -> None:
    """Answer about pictures over HTTP, and show a page for photos and the camera.

    Pictures are not stored. Whoever reaches the address can use it: there is no password.

    \b
    Examples:
      happysad serve --open
      happysad serve --model mine.joblib --model texture-svm --port 8080
      curl --data-binary @photo.jpg http://127.0.0.1:8000/v1/predict
    """
    run_service(host, port, models or tuple(SHIPPED), jobs, "/" if opened else None)


def run_service(
    host: str = "127.0.0.1",
    port: int = 8000,
    models: Sequence[str] = tuple(SHIPPED),
    jobs: int = -1,
    open_path: str | None = None,
) -> None:
    """Run the service until it is told to end (Ctrl-C, SIGTERM).

    The browser is opened at ``open_path``, such as "/?camera=1", once the service listens.
    """
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise UserError(f'the service needs {", ".join(missing)}: run pip install "happysad[web]"')
    from happysad.service.api import create_app
    from happysad.service.state import Settings

    with suppress(KeyboardInterrupt), bound(host, port) as listener:
        number, free_port = listener.getsockname()[:2]
        name = displayed_host(host, number)
        hosts = allowed_hosts(number, name)
        app = create_app(Settings(tuple(models), job_count(jobs), processes=True, hosts=hosts))
        _run(app, listener, f"http://{name}:{free_port}", hosts is None, open_path)
    say("the service has ended")


def _run(
    app: FastAPI, listener: socket.socket, address: str, public: bool, open_path: str | None
) -> None:
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            print(
                f"happysad listens at {address} (documentation: {address}/docs); Ctrl-C ends it",
                flush=True,
            )
            if public:
                say(
                    "anyone on the network can use it: there is no password, and browsers give "
                    "the camera only to pages of localhost or HTTPS"
                )
            if open_path is not None:
                # In a thread: where the browser is one in the terminal, the call waits for its end.
                url = address + open_path
                threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()

    # A client's malformed form is answered with a sentence, and is no news for the log.
    logging.getLogger("python_multipart").setLevel(logging.CRITICAL)
    config = uvicorn.Config(
        app,
        access_log=False,
        log_level="error",
        server_header=False,
        proxy_headers=False,
        ws="none",
        timeout_graceful_shutdown=3,  # seconds
    )
    Server(config).run(sockets=[listener])
