"""How the server is reached from outside: host names, proxies, a prefix, foreign frames."""

from __future__ import annotations

import ipaddress
import os
import re
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Outside:
    """How the outside reaches this server, where it does not simply ask the address listened on."""

    trusted_hosts: tuple[str, ...] = ()  # lower case: `docs.example.org`, `*.example.org`, `*`
    root_path: str = ""  # `/docs/ordlab`, where a proxy passes it on in front of each path
    forwarded_allow_ips: str = "127.0.0.1"  # of proxies; with commas between, or `*`
    frame_ancestors: tuple[str, ...] = ()  # origins whose pages may show ours in a frame


DIRECT = Outside()  # reached at the address listened on


def add_options(parser: ArgumentParser) -> None:
    """The options of `python -m demos serve` behind a name or a proxy: uvicorn's names where it has them."""
    for option, variable, metavar, text in (
        (
            "--trusted-host",
            "ORDLAB_TRUSTED_HOSTS",
            "NAME",
            "answer to this host name too, to all below it (*.example.org), or to any (*)",
        ),
        (
            "--frame-ancestor",
            "ORDLAB_FRAME_ANCESTORS",
            "ORIGIN",
            "let pages of this origin (https://huggingface.co) show ours in a frame",
        ),
    ):
        parser.add_argument(
            option,
            action="append",
            type=KINDS[variable],
            metavar=metavar,
            help=f"{text}; may be repeated (default: ${variable}, with commas between)",
        )
    parser.add_argument(
        "--root-path",
        type=root_path,
        metavar="PATH",
        help="path that a proxy passes on in front of each of ours (default: $ORDLAB_ROOT_PATH, else none)",
    )
    parser.add_argument(
        "--forwarded-allow-ips",
        type=proxies,
        metavar="LIST",
        help="addresses or networks of the proxies whose X-Forwarded headers count, with commas between; "
        "* for any (default: $FORWARDED_ALLOW_IPS, else 127.0.0.1)",
    )


def read_options(args: Namespace) -> Outside:
    """What the command line gives, else the environment. Raises ArgumentTypeError for a faulty variable."""
    return Outside(
        trusted_hosts=tuple(args.trusted_host or listed("ORDLAB_TRUSTED_HOSTS")),
        root_path=args.root_path or from_environment("ORDLAB_ROOT_PATH", ""),
        forwarded_allow_ips=args.forwarded_allow_ips or from_environment("FORWARDED_ALLOW_IPS", "127.0.0.1"),
        frame_ancestors=tuple(args.frame_ancestor or listed("ORDLAB_FRAME_ANCESTORS")),
    )


def listed(variable: str) -> list[str]:
    names = (name.strip() for name in os.environ.get(variable, "").split(","))
    return [checked(variable, name) for name in names if name]


def from_environment(variable: str, default: str) -> str:
    return checked(variable, os.environ.get(variable, "") or default)


def checked(variable: str, text: str) -> str:
    try:
        return KINDS[variable](text)
    except ArgumentTypeError as error:
        raise ArgumentTypeError(f"environment variable {variable}: {error}") from None


def trusted_host(text: str) -> str:
    if not re.fullmatch(r"\*|(\*\.)?[\w-]+(\.[\w-]+)*|[0-9a-fA-F:]*:[0-9a-fA-F:.]*", text):
        raise ArgumentTypeError(
            f"“{text}” is not a host name such as docs.example.org, *.example.org or *: "
            "leave out https:// and the port"
        )
    return text.lower()


def frame_ancestor(text: str) -> str:
    if not re.fullmatch(r"https?://(\*\.)?[\w.-]+(:\d+)?", text):
        raise ArgumentTypeError(f"“{text}” is not an origin such as https://huggingface.co")
    return text


def root_path(text: str) -> str:
    if text and not re.fullmatch(r"(/[\w.~-]+)+/?", text):
        raise ArgumentTypeError(f"“{text}” is not a path such as /docs/ordlab")
    return text.rstrip("/")


def proxies(text: str) -> str:
    for item in text.split(","):
        try:
            if text != "*":
                ipaddress.ip_network(item.strip())
        except ValueError:
            raise ArgumentTypeError(
                f"“{item.strip()}” is not an address or network such as 127.0.0.1 or 172.16.0.0/12"
            ) from None
    return text


KINDS: dict[str, Callable[[str], str]] = {
    "ORDLAB_TRUSTED_HOSTS": trusted_host,
    "ORDLAB_FRAME_ANCESTORS": frame_ancestor,
    "ORDLAB_ROOT_PATH": root_path,
    "FORWARDED_ALLOW_IPS": proxies,
}
