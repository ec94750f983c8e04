"""The site and the demos on one address.

app.py          the application: which address leads where, and the order of its layers
connections.py  deadlines for slow connections, and room for many
guard.py        who may ask, for what, how much and how often; the security headers
outside.py      how the server is reached from outside: options and environment
proxy.py        what a web server in front changes: the client's address, a prefix
metrics.py      what is counted, and what failed
files.py        the built site and Gradio's own files
live.py         what answers below /demos/<demo>
opening.py      the demos' pages: opened when asked for, closed when memory is short
demo_page.py    one of them, and the HTML of it in the state of an address
answers.py      the answers to clicks: in fair turns, equal ones made once, kept in a cache
worker.py       a process that makes answers
line.py         the line in front of the models, and batches
turns.py        fair turns between readers
page.py         Gradio's HTML, made ours; the small pages shown while there is none
queue.py        Gradio's queue, which waits instead of asking
internals.py    what is private to Gradio and used here
memory.py       giving freed memory back, and how much is in use
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import socket
import sys
import tempfile
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path

import uvicorn

from demos.kit import registry
from demos.kit.languages import LanguagesError, of_site
from demos.server.app import MEMORY, make_app
from demos.server.connections import PatientProtocol, room_for_connections
from demos.server.memory import share_arenas
from demos.server.outside import DIRECT, Outside, add_options, read_options

SECONDS_IDLE = 60  # connections without requests are kept this long: longer than clients reuse them
SECONDS_TO_FINISH = 3  # open connections get this long when the server stops


def main(argv: list[str]) -> int:
    """`python -m demos serve`; returns the exit code."""
    parser = ArgumentParser(
        "python -m demos serve", description="Serve the site and the demos at one address."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port", type=port, default=os.environ.get("PORT", "8000"), help="default: $PORT, else 8000"
    )
    parser.add_argument(
        "--site", type=Path, default="site", help="folder of the built site (default: %(default)s)"
    )
    add_options(parser)
    parser.add_argument(
        "--demos",
        type=Path,
        default="demos",
        help="folder whose folder “apps” holds the demos (default: %(default)s, else those of Ordlab itself)",
    )
    parser.add_argument(
        "--memory",
        type=megabytes,
        default=os.environ.get("ORDLAB_MEMORY", str(MEMORY // 10**6)),
        metavar="MB",
        help="above this, demos that nobody uses are closed (default: $ORDLAB_MEMORY, else 2400)",
    )
    parser.add_argument(
        "--open-metrics",
        action="store_true",
        default=bool(os.environ.get("ORDLAB_OPEN_METRICS")),
        help="show /metrics to everybody, not only to clients on this machine (also: ORDLAB_OPEN_METRICS=1)",
    )
    parser.add_argument(
        "--workers",
        type=number,
        default=os.environ.get("ORDLAB_WORKERS"),
        metavar="N",
        help="processes that make answers (default: $ORDLAB_WORKERS, else 2, but not more than there are "
        "cores); 0: make them in the server's own process, as it does with a GPU",
    )
    args = parser.parse_args(argv)
    try:
        outside = read_options(args)
    except ArgumentTypeError as error:
        parser.error(str(error))
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    root = registry.apps(args.demos)
    return serve(args.host, args.port, args.site, root, outside, args.memory, args.open_metrics, args.workers)


def port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise ArgumentTypeError(f"“{text}” is not a port, a number from 1 to 65535")
    return int(text)


def number(text: str) -> int:
    if not text.isdecimal() or int(text) > 64:
        raise ArgumentTypeError(f"“{text}” is not a number of processes from 0 to 64")
    return int(text)


def megabytes(text: str) -> int:
    """Bytes."""
    if not text.isdecimal() or int(text) == 0:
        raise ArgumentTypeError(f"“{text}” is not a number of megabytes")
    return int(text) * 10**6


def serve(
    host: str,
    port: int,
    site: Path,
    root: Path = registry.ROOT,
    outside: Outside = DIRECT,
    memory: int = MEMORY,
    open_metrics: bool = False,
    workers: int | None = None,
) -> int:
    """Serve `site` and the demos below `root` until Ctrl-C or SIGTERM; returns the exit code."""
    if not (site / "index.html").is_file():
        say(f"There is no site in “{site}”. Build it with “make site”, or name its folder with --site.")
        return 1
    try:
        languages = of_site(site, root)
    except LanguagesError as error:
        say(f"{error}. Build the site again, with the demos beside its mkdocs.yml.")
        return 1
    try:
        listening = listen(host, port)
    except OSError as error:
        say(f"Cannot listen on {host}:{port}: {error.strerror}. Choose another with --port or PORT.")
        return 1
    share_arenas()
    folder = Path(tempfile.mkdtemp(prefix="ordlab-"))
    harden(folder)
    say(f"Ordlab is at http://{f'[{host}]' if ':' in host else host}:{port}/ (Ctrl-C stops it)")
    try:
        run(listening, make_app(host, site, languages, root, outside, memory, open_metrics, workers))
    finally:
        listening.close()
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, made before anything else so that a taken port costs one sentence and no time."""
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    listening = socket.create_server((host, port), family=family, backlog=128)
    # asyncio would set it for each connection, but only on sockets that name their protocol, which this one
    # does not: small messages of an answer would wait 40 ms each for the other side's acknowledgment.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def harden(folder: Path) -> None:
    """Settings that Gradio and its libraries read when imported: ask no other host, keep files here."""
    os.environ.update(
        GRADIO_ANALYTICS_ENABLED="False",
        GRADIO_TEMP_DIR=str(folder),
        HF_HUB_DISABLE_TELEMETRY="1",
        HF_HUB_OFFLINE="1",
        OMP_WAIT_POLICY="PASSIVE",  # threads of torch that wait shall not keep a core busy
    )


def run(listening: socket.socket, app: object) -> None:
    """Run until a signal comes. uvicorn then raises it once more: by that time it means nothing."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    PatientProtocol.most = room_for_connections()
    config = uvicorn.Config(
        app,  # type: ignore[arg-type]
        http=PatientProtocol,
        workers=1,  # Gradio's events live in one process
        proxy_headers=False,  # proxy.py has uvicorn's own layer, in its place among ours
        log_level="warning",
        server_header=False,
        ws="none",
        timeout_keep_alive=SECONDS_IDLE,
        timeout_graceful_shutdown=SECONDS_TO_FINISH,
    )
    uvicorn.Server(config).run(sockets=[listening])


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
