"""Who is at work: the viewer whom the frame let in. The data layer asks here before it shows or writes anything.

On the command line nobody is set: there the rights are those of the files. No Streamlit here, no plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from . import settings
from .explained import Explained
from .i18n import N_
from .i18n import gettext as _

# What a role may do beyond looking, in words that end "您的角色不能…".
RIGHTS = {
    "export": N_("导出文件"), "import": N_("导入、更正和撤回"), "decide": N_("记议定事项和定格会议"), "views": N_("保存或删去视图"),
    "audit": N_("查看操作记录"),
}
# What a server that only shows leaves to the other one: what is taken away is written down, and there is nowhere to write here.
WRITES = frozenset({"export", "import", "decide", "views"})
LOCAL = "local"  # the person at this computer, where no access is configured
CONSOLE = "console"  # the command line


class Denied(Explained):
    """The viewer may not do or see this; the text says what."""


@dataclass(frozen=True)
class Viewer:
    """Who looks. scope: the names of the streets that may be shown, which every figure takes; user: the name that the journal keeps ('' is
    the account that runs the program); role: 'leader' | 'staff' | 'street' | 'viewer', or LOCAL; rights: of RIGHTS; session, until: of the
    sign-in (see access.door.Known)."""

    scope: tuple[str, ...]
    user: str = ""
    role: str = LOCAL
    rights: frozenset[str] = frozenset(RIGHTS)
    session: str = ""
    until: int = 0

    def may(self, right: str) -> bool:
        return right in self.rights and not (right in WRITES and settings.read_only())


_viewer: ContextVar[Viewer | None] = ContextVar("viewer", default=None)


def viewer() -> Viewer | None:
    """Who is at work in this run; None on the command line and in work of the program's own."""
    return _viewer.get()


@contextmanager
def admitted(who: Viewer | None) -> Iterator[None]:
    """The frame runs each page inside this; None: the program's own work, which shows nothing of a street to anybody."""
    token = _viewer.set(who)
    try:
        yield
    finally:
        _viewer.reset(token)


def may(right: str) -> bool:
    """Whether whoever is at work has a right."""
    found = _viewer.get()
    return found.may(right) if found is not None else not (right in WRITES and settings.read_only())


def require(right: str) -> None:
    """Raises Denied where somebody is at work who lacks the right, and on a server that only shows."""
    if right in WRITES and settings.read_only():
        raise Denied(only_shows())
    if not may(right):
        raise Denied(_("您的角色不能{what}，需要时请联系管理员").format(what=_(RIGHTS[right])))


def only_shows() -> str:
    """What is said where somebody would write on a server that only shows."""
    if place := settings.written_at():
        return _("这台服务器只供查看；导入、记录和导出请到 {place}").format(place=place)
    return _("这台服务器只供查看；导入、记录和导出请到主服务器")


def sees(street: str) -> bool:
    """Whether whoever is at work may see a street, whatever the filters leave."""
    found = _viewer.get()
    return found is None or street in found.scope


def require_scope(scope: Iterable[str]) -> None:
    """Raises Denied where somebody is at work who may not see all of these streets."""
    found = _viewer.get()
    if found is not None and not set(scope) <= set(found.scope):
        raise Denied(_("所问的街道不在您的权限之内"))
