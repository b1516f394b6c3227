"""A real identity provider on the loopback: Canaille, in memory. `python -m tests.browser.provider PORT CALLBACK` serves until it is ended.

People sign in there with a password; the dashboard is its one client. CALLBACK: the dashboard's /oauth2callback.
"""

import sys

from canaille import create_app
from canaille.app import models
from canaille.backends import Backend
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

CLIENT = {"client_id": "kanban", "client_secret": "Client-Secret-77"}
PEOPLE = ("wang", "siqi", "nobody")  # NAME@office.example, password Provider-NAME


def serve(port: int, callback: str) -> None:
    app = create_app({
        "SECRET_KEY": "p" * 32, "SERVER_NAME": f"127.0.0.1:{port}", "PREFERRED_URL_SCHEME": "http", "CANAILLE": {"DATABASE": "memory"},
        "CANAILLE_OIDC": {"ACTIVE_JWKS": [RSAKey.generate_key(2048).as_dict(private=True)]},
    })
    with app.app_context():
        for name in PEOPLE:
            Backend.instance.save(models.User(
                user_name=name, formatted_name=name, family_name=name, emails=[f"{name}@office.example"], password=f"Provider-{name}",
            ))
        client = models.Client(
            **CLIENT, client_name="dashboard", client_uri=callback, redirect_uris=[callback], post_logout_redirect_uris=[callback],
            grant_types=["authorization_code"], response_types=["code"], token_endpoint_auth_method="client_secret_basic",
            scope=["openid", "email", "profile"],
        )
        Backend.instance.save(client)
        client.audience = [client]
        Backend.instance.save(client)
    make_server("127.0.0.1", port, app, threaded=True).serve_forever()


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.argv[2])
