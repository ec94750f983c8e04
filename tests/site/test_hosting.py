"""Behind a real nginx, in a real browser: the configurations that our page shows, and those people write."""

from __future__ import annotations

import grp
import http.client
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, FrameLocator, Page, expect

from tests.conftest import OUTER_NAME
from tests.serving import ROOT, Server, free_port, open_demo, serve

pytestmark = pytest.mark.browser
Open = Callable[..., BrowserContext]

CONFIGURATIONS = ROOT / "docs/hosting/nginx"
PUBLISHED = {  # configuration to where its site begins
    "root": "http://docs.example.org:80/",
    "subpath": "http://docs.example.org:80/ordlab/",
    "subpath-kept": "http://docs.example.org:80/ordlab/",
    "static": "http://docs.example.org:80/",
    "tls": "https://docs.example.org:443/",
}
PLAIN = ["docs/ordlab/"] * 4 + [""] * 4 + ["docs/ordlab/"]  # where the site begins on PORT_1, PORT_2 …

MAIN = """
daemon off;
user {user} {group};
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
    include {types};
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/servers/*.conf;
}}
"""


@dataclass(frozen=True)
class Nginx:
    ports: dict[tuple[str, str], int]  # configuration and the port written in it to the port in the test

    def url(self, name: str) -> str:
        """Where a published configuration's site begins."""
        written = PUBLISHED[name]
        port = re.search(r":(\d+)/", written)
        assert port
        return written.replace(f":{port[1]}/", f":{self.ports[name, port[1]]}/")

    def plain_url(self, n: int) -> str:
        return f"http://127.0.0.1:{self.ports['plain', str(n)]}/{PLAIN[n - 1]}"


@pytest.fixture(scope="module")
def named(site: Path) -> Iterator[Server]:
    """The server that the published configurations ask for."""
    with serve(site, "--trusted-host", OUTER_NAME, "--root-path", "/ordlab") as server:
        yield server


@pytest.fixture(scope="module")
def nginx(
    site: Path, server: Server, named: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Nginx]:
    """One nginx with every configuration in it, each at ports of its own."""
    for opened, lang in ((server, "nb"), (named, "nb"), (named, "zh")):
        open_demo(opened, "generator", lang)
    folder = tmp_path_factory.mktemp("nginx")
    (folder / "servers").mkdir()
    make_certificate(folder)
    running = Nginx({})
    places = {
        "127.0.0.1:8000": named.url.removeprefix("http://"),
        "/srv/ordlab/site": str(site),
        "/etc/ssl/docs.example.org": str(folder),
        "SERVER": server.url.removeprefix("http://"),
        "NAMED": named.url.removeprefix("http://"),
        "SITE": str(site),
    }
    for path in [*CONFIGURATIONS.glob("*.conf"), Path(__file__).parent / "nginx/plain.conf"]:
        text = path.read_text("utf-8")
        for written, real in places.items():
            text = text.replace(written, real)

        def port(match: re.Match[str], name: str = path.stem) -> str:
            return f"listen 127.0.0.1:{running.ports.setdefault((name, match[2]), free_port())}"

        text = re.sub(r"listen (127\.0\.0\.1:PORT_)?(\d+)", port, text)
        (folder / "servers" / path.name).write_text(text, "utf-8")
    main = MAIN.format(
        folder=folder,
        user=pwd.getpwuid(os.getuid()).pw_name,
        group=grp.getgrgid(os.getgid()).gr_name,
        types="/etc/nginx/mime.types",
    )
    (folder / "nginx.conf").write_text(main, "utf-8")
    command = shutil.which("nginx") or "/usr/sbin/nginx"
    process = subprocess.Popen(
        [command, "-e", folder / "start.log", "-c", folder / "nginx.conf", "-p", folder]
    )
    try:
        for n in (1, 5):
            wait_for_answer(running.ports["plain", str(n)], process)
        yield running
    finally:
        process.terminate()
        process.wait(timeout=30)


def make_certificate(folder: Path) -> None:
    subject = ["-subj", f"/CN={OUTER_NAME}", "-addext", f"subjectAltName=DNS:{OUTER_NAME}", "-days", "1"]
    files = ["-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *subject, *files]
    subprocess.run(command, check=True, capture_output=True)


def wait_for_answer(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        assert process.poll() is None, "nginx did not start"
        try:
            ask(port, "/")
            return
        except OSError:
            process_wait(process)
    raise TimeoutError("nginx does not answer")


def process_wait(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(0.05)
    except subprocess.TimeoutExpired:
        return


def ask(port: int, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, body, headers)
    status = connection.getresponse().status
    connection.close()
    return status


def try_demo(page: Page, url: str) -> None:
    """As a reader does: open a term's page, wait for its demo, see its pictures, press its main button."""
    page.goto(f"{url}glossary/generator/")
    panel = page.locator(".demo[data-demo=generator]")
    panel.scroll_into_view_if_needed()
    frame = panel.frame_locator("iframe")
    expect(frame.locator("main :is(img, svg.chart):visible").first).to_be_visible(timeout=60_000)
    before = pictures(frame)
    frame.locator("button.primary:visible").first.click()
    for _ in range(100):
        page.wait_for_timeout(100)
        if pictures(frame) != before:
            break
    else:
        raise AssertionError("the click was not answered")
    for picture in frame.locator("main img:visible").all():
        assert picture.evaluate("img => img.decode().then(() => img.naturalWidth)") > 50


def pictures(frame: FrameLocator) -> list[str | None]:
    return [picture.get_attribute("src") for picture in frame.locator("main img:visible").all()]


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_configuration_works(open_context: Open, nginx: Nginx, name: str) -> None:
    page = open_context(ignore_https_errors=True).new_page()
    try_demo(page, nginx.url(name))


@pytest.mark.parametrize("n", range(1, len(PLAIN) + 1))
def test_what_people_write_works(open_context: Open, nginx: Nginx, n: int) -> None:
    try_demo(open_context().new_page(), nginx.plain_url(n))


def test_every_published_configuration_is_tested() -> None:
    assert {path.stem for path in CONFIGURATIONS.iterdir()} == set(PUBLISHED)


@pytest.mark.parametrize("name", PUBLISHED)
def test_addresses_lead_on_below_the_same_beginning(open_context: Open, nginx: Nginx, name: str) -> None:
    """The old site's addresses, a folder without its slash, a demo without its language."""
    page = open_context(ignore_https_errors=True, locale="zh-CN").new_page()
    url = nginx.url(name)
    for asked, reached in {
        "docs.php?doc=instantid-intro&lang=en": "en/help/instantid/",
        "en/help/instantid": "en/help/instantid/",
        "demos/generator": "demos/generator/zh/",
    }.items():
        page.goto(url + asked)
        assert page.url == url + reached


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_missing_page_has_its_looks_and_leads_home(open_context: Open, nginx: Nginx, name: str) -> None:
    page = open_context(lambda fault: "404 (Not Found)" in fault, ignore_https_errors=True).new_page()
    missing: list[str] = []
    page.on("response", lambda answer: missing.append(answer.url) if answer.status == 404 else None)
    url = nginx.url(name)
    page.goto(f"{url}en/glossary/nothing/at-all/", wait_until="networkidle")
    assert missing == [f"{url}en/glossary/nothing/at-all/"]
    page.locator(".ol-404__links a").first.click()
    assert page.url == f"{url}en/"


def test_plain_http_leads_to_tls(nginx: Nginx) -> None:
    port = nginx.ports["tls", "80"]
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/en/", headers={"Host": OUTER_NAME})
    assert connection.getresponse().getheader("Location") == f"https://{OUTER_NAME}/en/"
    connection.close()


@pytest.mark.parametrize("name", ["root", "subpath", "subpath-kept"])
def test_a_foreign_name_is_refused(nginx: Nginx, name: str) -> None:
    port = nginx.ports[name, "80"]
    path = nginx.url(name).split(f":{port}")[1]
    assert ask(port, path, Host=OUTER_NAME) == 200
    assert ask(port, path, Host="evil.example") == 400
    assert ask(port, path, Host=OUTER_NAME, **{"X-Forwarded-Host": "evil.example"}) == 400


@pytest.mark.parametrize("name", ["root", "subpath", "subpath-kept"])
def test_a_page_of_a_foreign_origin_cannot_click(nginx: Nginx, name: str) -> None:
    port = nginx.ports[name, "80"]
    path = nginx.url(name).split(f":{port}")[1] + "demos/generator/nb/gradio_api/queue/join"
    for headers in (
        {"Origin": "http://evil.example"},
        {"Origin": f"http://{OUTER_NAME}:1", "Sec-Fetch-Site": "same-site"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    ):
        assert ask(port, path, "POST", b"{}", Host=f"{OUTER_NAME}:{port}", **headers) == 403
    own = {"Origin": f"http://{OUTER_NAME}:{port}"}
    assert ask(port, path, "POST", b"{}", Host=f"{OUTER_NAME}:{port}", **own) not in (400, 403)


def test_another_site_may_show_ours_in_a_frame_only_if_it_is_named(site: Path) -> None:
    with serve(site, "--frame-ancestor", "https://huggingface.co", ready=False) as server:
        port = int(server.url.rsplit(":", 1)[1])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/")
        headers = connection.getresponse().headers
        connection.close()
    assert "frame-ancestors 'self' https://huggingface.co" in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] is None
