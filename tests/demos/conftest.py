"""One tiny server for all tests of the server that do not harm it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.demos.tiny import Running, running, write_demos, write_site


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("server")
    write_demos(folder / "demos" / "apps")
    write_site(folder / "site")
    return folder


@pytest.fixture(scope="session")
def server(folder: Path) -> Iterator[Running]:
    with running(folder) as server:
        yield server
