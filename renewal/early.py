"""What a page will need is named in the first answer, so that a browser fetches it while the page itself is still being worked out: the fonts, and
the part of Streamlit that draws charts (which it would ask for only when the first chart comes)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit

_PARTS = Path(streamlit.__file__).parent / "static" / "static" / "js"
FONTS = ("renewal-sans-regular.woff2", "renewal-sans-bold.woff2")


def links() -> str:
    """The value of the header Link. A Streamlit that calls its parts otherwise is not told of any."""
    parts = [f"</static/js/{path.name}>; rel=modulepreload; crossorigin" for path in sorted(_PARTS.glob("PlotlyChart.*.js"))]
    return ", ".join([*(f"</assets/{name}>; rel=preload; as=font; type=font/woff2; crossorigin" for name in FONTS), *parts])


class Early:
    """Adds the header to every HTML page."""

    def __init__(self, app: Any) -> None:
        self.app, self.header = app, (b"link", links().encode())

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        async def send_with_links(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start" and any(
                name.lower() == b"content-type" and value.startswith(b"text/html") for name, value in message.get("headers", [])
            ):
                message = {**message, "headers": [*message["headers"], self.header]}
            await send(message)

        await self.app(scope, receive, send_with_links if scope["type"] == "http" else send)
