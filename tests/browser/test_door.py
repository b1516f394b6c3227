"""What the server answers to those it should not answer: foreign names, proxies, other pages' scripts."""

import http.client
import json
from urllib.parse import urlsplit

import pytest

FOREIGN = [
    {"Host": "evil.example"}, {"Host": "192.168.1.5:8501"}, {"Host": "localhost.evil.example"},
    {"Forwarded": "for=1.2.3.4"}, {"X-Forwarded-For": "127.0.0.1"}, {"X-Forwarded-Host": "localhost"},
    {"X-Real-IP": "127.0.0.1"}, {"Remote-User": "admin"}, {"X-Remote-User": "admin"},
]


def status(server, path, headers):
    connection = http.client.HTTPConnection(urlsplit(server).netloc, timeout=10)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    text = b"" if answer.status == 101 else answer.read()
    connection.close()
    return answer.status, text.decode(), answer.headers


UPGRADE = {
    "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol": "streamlit",
}


@pytest.mark.parametrize("headers", FOREIGN, ids=lambda h: "=".join(*h.items()))
def test_foreign_names_and_proxies_are_refused(server, headers):
    for path in ("/", "/streets", "/healthz", "/_stcore/health", "/assets/renewal-sans-regular.woff2"):
        code, text, _headers = status(server, path, headers)
        assert code in (400, 403)
        assert text.startswith("Refused: ") and text.endswith(".")
    assert status(server, "/_stcore/stream", {**UPGRADE, **headers})[0] in (400, 403)


def test_the_websocket_opens_for_our_own_page_only(server):
    assert status(server, "/_stcore/stream", {**UPGRADE, "Origin": server})[0] == 101
    assert status(server, "/_stcore/stream", {**UPGRADE, "Origin": "http://evil.example"})[0] == 403
    assert status(server, "/_stcore/stream", {**UPGRADE, "Origin": "null"})[0] == 403


def test_health_and_security_headers(server):
    code, text, headers = status(server, "/healthz", {})
    assert (code, json.loads(text)) == (200, {"status": "ok"})
    for path, policy in (("/", "default-src 'self'"), ("/healthz", "default-src 'none'")):
        headers = status(server, path, {})[2]
        assert policy in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
