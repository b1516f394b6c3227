"""access.toml: who may open the dashboard from other computers, and as what. The one file to review.

Named by RENEWAL_ACCESS; without it the dashboard is for the person at this computer alone. The file holds no secret: passwords of
accounts stand hashed in accounts.sqlite beside it, those of an identity provider in secrets.toml beside it.
"""

from __future__ import annotations

import ipaddress
import tomllib
from collections import Counter
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError

from renewal import settings, tomlfile
from renewal.acting import RIGHTS
from renewal.explained import Explained
from renewal.i18n import _
from renewal.plan import Plan
from renewal.tomlfile import Described, Text

# role -> (sees all streets, rights). Everybody sees every page that shows progress; the pages 导入 and 操作记录 ask for a right.
ROLES: dict[str, tuple[bool, frozenset[str]]] = {
    "leader": (True, frozenset({"export", "audit"})),
    "staff": (True, frozenset(RIGHTS)),
    "street": (False, frozenset({"export"})),
    "viewer": (True, frozenset()),
}
_PORTS = {"http": 80, "https": 443}


class AccessError(Explained):
    """access.toml can not be used; the text names the file, the entry and what was expected. Nobody gets in then."""


class Person(Described):
    """id: as the identity provider, the proxy or the login page knows them; street: of role 'street', in any spelling of the plan."""

    id: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\s\x00-\x1f]+$")]
    role: Literal["leader", "staff", "street", "viewer"]
    street: str = ""
    note: str = ""


class Session(Described):
    """hours: from signing in to signing in again; idle_minutes: without any action (accounts only)."""

    hours: Annotated[int, Field(ge=1, le=168)] = 10
    idle_minutes: Annotated[int, Field(ge=5, le=1440)] = 60


class Lockout(Described):
    """attempts: wrong passwords in a row for one name until it is locked for so many minutes."""

    attempts: Annotated[int, Field(ge=3, le=20)] = 5
    minutes: Annotated[int, Field(ge=1, le=1440)] = 15


class Proxy(Described):
    """header: in which the trusted proxy names the person, having removed the client's own copy."""

    header: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]{1,60}$")] = "X-Remote-User"


class Oidc(Described):
    """claim: of the identity token, by which people are named in this file."""

    claim: Literal["email", "sub", "preferred_username"] = "email"


class Access(Described):
    """What access.toml says. addresses: as people type them (https://…); proxies: IP addresses of the reverse proxies in front."""

    mode: Literal["accounts", "proxy", "oidc"]
    addresses: Annotated[tuple[Text, ...], Field(min_length=1)]
    proxies: tuple[Text, ...] = ()
    session: Session = Session()
    lockout: Lockout = Lockout()
    proxy: Proxy = Proxy()
    oidc: Oidc = Oidc()
    people: tuple[Person, ...] = ()

    @cached_property
    def origins(self) -> frozenset[str]:
        """What the Origin header of our own pages says."""
        return frozenset(a.lower().rstrip("/") for a in self.addresses)

    @cached_property
    def hosts(self) -> frozenset[str]:
        """What the Host header may say: where the port is the scheme's own, with it or without."""
        split = [urlsplit(a.lower()) for a in self.addresses]
        return frozenset(s.netloc for s in split) | {f"{s.netloc}:{_PORTS[s.scheme]}" for s in split if s.port is None}

    @property
    def encrypted(self) -> bool:
        """Whether every address is https: cookies are then for https alone."""
        return all(a.lower().startswith("https://") for a in self.addresses)

    @cached_property
    def trusted(self) -> frozenset[str]:
        return frozenset(str(ipaddress.ip_address(p)) for p in self.proxies)

    def person(self, name: str) -> Person | None:
        """Who is called that, see `folded`."""
        return next((p for p in self.people if folded(p.id) == folded(name)), None)


def folded(name: str) -> str:
    """A name as names are compared: A to Z like a to z, all else as it is. (Case folding of Unicode would take a name with the long s or
    the Kelvin sign, which somebody may choose at an identity provider, for another person's.)"""
    return "".join(c.lower() if c.isascii() else c for c in name)


def configured() -> Access | None:
    """The access in force; None where none is configured. Read again when the file changes. Raises AccessError."""
    path = settings.access_file()
    return None if path is None else tomlfile.kept(path, _made, AccessError)


def secrets() -> dict[str, Any]:
    """The secrets of an identity provider, for Streamlit; empty without one. Raises AccessError."""
    found = configured()
    if found is None or found.mode != "oidc":
        return {}
    path = secrets_file()
    try:
        given = tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AccessError(_("{file}：读不出来（{error}）").format(file=path, error=getattr(error, "strerror", None) or error)) from None
    auth = given.get("auth")
    wanted = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
    missing = [name for name in wanted if not isinstance(auth, dict) or not auth.get(name)]
    if missing:
        raise AccessError(_("{file}：[auth] 里缺少 {names}").format(file=path, names=", ".join(missing)))
    if len(str(auth["cookie_secret"])) < 32:
        raise AccessError(_("{file}：cookie_secret 应是至少 32 位的随机字符").format(file=path))
    expected = sorted(f"{a.rstrip('/')}/oauth2callback" for a in found.addresses)
    if auth["redirect_uri"] not in expected:
        raise AccessError(_("{file}：redirect_uri 应为 {expected}").format(file=path, expected=_("或").join(expected)))
    return {"auth": auth}


def secrets_file() -> Path:
    return settings.access_file().with_name("secrets.toml")


def _made(path: Path, given: dict[str, Any]) -> Access:
    try:
        found = Access.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part + 1) if isinstance(part, int) else part for part in first["loc"])
        told = {
            "missing": _("缺这一项"), "extra_forbidden": _("没有这一项"),
            "literal_error": _("应为 {expected}").format(expected=first.get("ctx", {}).get("expected", "").replace(" or ", ", ")),
        }.get(first["type"], first["msg"])
        raise AccessError(_("{file}：{place} 不对（{error}）").format(file=path, place=place, error=told)) from None
    for address in found.addresses:
        if not _is_an_address(address):
            raise AccessError(_("{file}：addresses 里的 {address} 应像 https://看板的主机名 那样").format(file=path, address=address))
    for proxy in found.proxies:
        try:
            ipaddress.ip_address(proxy)
        except ValueError:
            raise AccessError(_("{file}：proxies 里的 {address} 应是 IP 地址").format(file=path, address=proxy)) from None
    if found.mode == "proxy" and not found.proxies:
        raise AccessError(_("{file}：mode = \"proxy\" 要在 proxies 里写明代理的 IP 地址").format(file=path))
    twice = [name for name, n in Counter(folded(p.id) for p in found.people).items() if n > 1]
    if twice:
        raise AccessError(_("{file}：people 里有重复的 id：{names}").format(file=path, names=", ".join(twice)))
    for person in found.people:
        if (person.role == "street") != bool(person.street):
            raise AccessError(_("{file}：{id}：只有、也必须给 role = \"street\" 写明 street").format(file=path, id=person.id))
    return found


def _is_an_address(text: str) -> bool:
    try:
        split = urlsplit(text)
        return (
            split.scheme in ("http", "https") and bool(split.hostname) and split.port != 0 and split.path in ("", "/")
            and not split.query and not split.fragment and "@" not in split.netloc and not any(c.isspace() for c in text)
        )
    except ValueError:  # brackets that do not fit, a port that is no number
        return False


def scope_of(person: Person, plan: Plan) -> tuple[str, ...]:
    """The streets that a person may see; none for a street that the plan does not know (then nothing is shown)."""
    if ROLES[person.role][0]:
        return tuple(s.name for s in plan.streets)
    found = plan.street(person.street)
    return (found.name,) if found else ()


def strangers(found: Access, plan: Plan) -> list[Person]:
    """People whose street the plan does not know."""
    return [p for p in found.people if p.role == "street" and plan.street(p.street) is None]
