"""Starting and stopping the server, and its memory."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path

import pytest

from demos.server import memory
from demos.server.outside import Outside, add_options, read_options
from tests.demos.tiny import ask, running, wait_until
from tests.serving import ROOT, free_port


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_it_cleanly_even_while_loading(folder: Path, number: signal.Signals) -> None:
    port = free_port()
    command = [sys.executable, "-m", "demos", "serve", "--port", str(port), "--site", str(folder / "site")]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    try:
        wait_until(lambda: ask(port, "/healthz").status == 200, process)
        process.send_signal(number)
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0
    assert "Traceback" not in said
    assert f"http://127.0.0.1:{port}/" in said


def test_it_leaves_nothing_behind(folder: Path) -> None:
    before = set(folder.glob("ordlab-*"))  # another test's server may be running
    with running(folder) as server:
        (made,) = set(folder.glob("ordlab-*")) - before
        server.ask("/demos/damaged/nb/")
        server.process.send_signal(signal.SIGINT)
        _, said = server.process.communicate(timeout=60)
    assert server.process.returncode == 0
    assert "Traceback" not in said
    assert "damaged" in said
    assert "card.json is not a card" in said
    assert not made.exists()


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        (["--trusted-host", "https://docs.example.org"], {}, "“https://docs.example.org” is not a host name"),
        (["--trusted-host", "docs.example.org:8000"], {}, "leave out https:// and the port"),
        ([], {"ORDLAB_TRUSTED_HOSTS": "a.example, b/c"}, "ORDLAB_TRUSTED_HOSTS: “b/c” is not a host name"),
        (["--root-path", "docs"], {}, "“docs” is not a path such as /docs/ordlab"),
        ([], {"ORDLAB_ROOT_PATH": "//evil.example"}, "ORDLAB_ROOT_PATH: “//evil.example” is not a path"),
        (["--forwarded-allow-ips", "127.0.0.1,proxy"], {}, "“proxy” is not an address or network"),
        ([], {"FORWARDED_ALLOW_IPS": "10.0.0.1/8"}, "FORWARDED_ALLOW_IPS: “10.0.0.1/8” is not"),
        (["--frame-ancestor", "huggingface.co"], {}, "“huggingface.co” is not an origin such as https://"),
    ],
)
def test_an_option_that_makes_no_sense_is_explained(
    arguments: list[str], environment: dict[str, str], said: str
) -> None:
    done = serve_briefly(*arguments, **environment)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_options_come_from_the_command_line_else_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ORDLAB_TRUSTED_HOSTS", "A.example, *.b.example")
    monkeypatch.setenv("ORDLAB_ROOT_PATH", "/docs/")
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "172.16.0.0/12")
    monkeypatch.setenv("ORDLAB_FRAME_ANCESTORS", "https://huggingface.co")
    parser = ArgumentParser()
    add_options(parser)
    assert read_options(parser.parse_args([])) == Outside(
        ("a.example", "*.b.example"), "/docs", "172.16.0.0/12", ("https://huggingface.co",)
    )
    given = parser.parse_args(
        ["--trusted-host", "c.example", "--trusted-host", "d.example", "--root-path", "/e"]
    )
    assert read_options(given).trusted_hosts == ("c.example", "d.example")
    assert read_options(given).root_path == "/e"


def serve_briefly(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "demos", "serve", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60
    )


def test_a_site_that_was_not_built_is_one_sentence(tmp_path: Path) -> None:
    done = serve_briefly("--site", str(tmp_path))
    assert done.returncode == 1
    assert (
        done.stderr
        == f"There is no site in “{tmp_path}”. Build it with “make site”, or name its folder with --site.\n"
    )


def test_a_port_in_use_is_one_sentence(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = serve_briefly("--site", str(folder / "site"), PORT=port)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert f"127.0.0.1:{port}: Address already in use" in done.stderr


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [("--port", "http", "“http” is not a port"), ("--memory", "0", "“0” is not a number of megabytes")],
)
def test_a_value_that_makes_no_sense_is_one_sentence(option: str, value: str, says: str) -> None:
    done = serve_briefly(option, value)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_memory_is_given_back_where_the_c_library_can(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[tuple[str, int]] = []

    class Library:
        def malloc_trim(self, keep: int) -> None:
            called.append(("malloc_trim", keep))

        def mallopt(self, what: int, value: int) -> None:
            called.append((f"mallopt {what}", value))

    monkeypatch.setattr(memory, "glibc", Library)
    memory.share_arenas(3)
    memory.give_back()
    assert called == [("mallopt -8", 3), ("malloc_trim", 0)]


def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise OSError(name)

    monkeypatch.setattr(memory.ctypes, "CDLL", missing)
    assert memory.glibc() is None
    memory.share_arenas()
    memory.give_back()


def test_freed_memory_goes_back_to_the_system() -> None:
    """Many small blocks, all freed but the last, stay with glibc until it is asked."""
    if memory.glibc() is None:
        pytest.skip("no glibc")
    code = (
        "import os; from demos.server.memory import give_back\n"
        "def used(): return int(open('/proc/self/statm').read().split()[1]) * os.sysconf('SC_PAGESIZE')\n"
        "blocks = [bytearray(4000) for _ in range(20_000)]; last = bytearray(4000)\n"
        "del blocks; before = used(); give_back(); print(before - used())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(done.stdout) > 40_000_000
