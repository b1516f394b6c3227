"""What the first answer names to be fetched early is there to be fetched."""

import re
from pathlib import Path

import streamlit

from renewal import early, settings
from tests import apart


def test_every_file_that_is_named_exists():
    named = re.findall(r"<([^>]+)>", early.links())
    assert [Path(n).suffix for n in named] == [".woff2", ".woff2", ".js"]
    for address in named:
        folder = settings.ROOT / "static" if address.startswith("/assets/") else Path(streamlit.__file__).parent / "static" / "static" / "js"
        assert (folder / Path(address).name).is_file()


def test_only_pages_carry_the_header():
    def headers(kind: bytes) -> list:
        sent = []

        async def app(_scope, _receive, send):
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})

        async def send(message):
            sent.append(message)

        apart.run(early.Early(app)({"type": "http", "path": "/"}, None, send))
        return [name for name, _value in sent[0]["headers"]]

    assert b"link" in headers(b"text/html; charset=utf-8")
    assert b"link" not in headers(b"application/json")
