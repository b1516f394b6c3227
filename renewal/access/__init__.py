"""Who may see what, and from where.

door: which requests come in, and whose they are; config: access.toml with people and roles; accounts: passwords and sessions; pages: signing
in and out. Here: who the viewer of a run is. Pages call `guard()` first, so that a page script run without the frame shows nothing.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import unquote

import streamlit as st

from renewal import acting, filters, settings
from renewal.access.accounts import Accounts
from renewal.access.config import ROLES, Access, AccessError, configured, folded, scope_of
from renewal.access.door import has_left, is_loopback
from renewal.acting import Viewer, admitted
from renewal.i18n import _
from renewal.plan import Plan, load_plan
from renewal.store import Store
from renewal.store.audit import Audit

__all__ = [
    "AccessError", "NotThroughTheFrame", "Outside", "Viewer", "admitted", "anybody_known", "configured", "current", "guard",
    "is_loopback", "note_entry", "note_export", "require_still", "still",
]
_SEEN = "_access_seen"


@dataclass(frozen=True)
class Outside:
    """Why somebody sees nothing: nobody is known, the session is over, or access.toml gives no role (or no street that there is)."""

    why: Literal["sign_in", "over", "no_role"]
    user: str = ""


class NotThroughTheFrame(RuntimeError):
    """A page script was run alone, without the access check of the frame."""


def told() -> dict[str, Any]:
    """What the door told the frame about this connection."""
    return {name: st.user.get(name) for name in ("renewal_user", "renewal_session", "renewal_until")}


def current(plan: Plan) -> Viewer | Outside:
    """The viewer of this run, by access.toml as it stands now: a role taken away or a session ended counts from the next click.
    Raises AccessError."""
    access = configured()
    if access is None:
        return Viewer(tuple(s.name for s in plan.streets))
    claimed = told()
    until = claimed["renewal_until"]
    return _admit(
        unquote(claimed["renewal_user"] or ""), claimed["renewal_session"] or "", int(until) if until else 0, access, plan
    )


def anybody_known() -> bool:
    """Whether this connection is somebody's, whatever the role; yes where no access is configured. Raises AccessError."""
    return configured() is None or bool(told()["renewal_user"])


def still(viewer: Viewer, plan: Plan) -> Viewer | Outside:
    """The same viewer later, when a file is made that was offered on an earlier run. Raises AccessError."""
    access = configured()
    if access is None:
        return viewer if viewer.role == acting.LOCAL else Outside("sign_in")
    return _admit(viewer.user, viewer.session, viewer.until, access, plan)


def _admit(user: str, session: str, until: int, access: Access, plan: Plan) -> Viewer | Outside:
    if not user:
        return Outside("sign_in")
    if until and time.time() >= until:
        return Outside("over", user)
    if access.mode == "accounts":
        found = Accounts().session(session, access)
        if found is None or found.id != folded(user) or found.initial:
            return Outside("over", user)
    if access.mode == "oidc" and has_left(user, until):
        return Outside("over", user)
    person = access.person(user)
    scope = scope_of(person, plan) if person else ()
    if person is None or not scope:
        return Outside("no_role", user)
    return Viewer(scope, person.id, person.role, ROLES[person.role][1], session, until)


def note_entry(found: Viewer | Outside) -> None:
    """Writes down, once a connection, who came in by a proxy or an identity provider (an account's sign-in is written where it
    happens), and who came without a role."""
    access = configured()
    if access is None or st.session_state.get(_SEEN) == found or (isinstance(found, Outside) and found.why != "no_role"):
        return
    st.session_state[_SEEN] = found
    audit = Audit(Store(settings.store_dir()).office)
    if isinstance(found, Outside):
        audit.add("no_role", by=found.user, role="-")
    elif access.mode != "accounts":
        # one proof of identity opens many connections: the provider's token, or with a proxy a day
        since = datetime.fromtimestamp(found.until - 3600 * access.session.hours) if found.until else datetime.now()
        proof = f"{since:%Y-%m-%d %H:%M:%S}" if found.until else f"{since:%Y-%m-%d}"
        last = next(iter(audit.entries(action="signed_in", by=found.user, most=1)), None)
        if last is None or last.detail != f"{access.mode} {proof}":
            audit.add("signed_in", detail=f"{access.mode} {proof}", by=found.user, role=found.role)


def require_still(right: str) -> None:
    """Raises Denied where the viewer at work may not (any longer) do something; AccessError."""
    viewer = acting.viewer()
    if viewer is None:
        return
    now = still(viewer, load_plan())
    if isinstance(now, Outside) or not set(viewer.scope) <= set(now.scope):
        raise acting.Denied(_("登录已到期或权限有变，请刷新页面"))
    with admitted(now):
        acting.require(right)


def note_export(file_name: str, size: int) -> None:
    """Writes down that a file was taken away. Raises StoreError: what can not be written down is not handed out."""
    asked = filters.current()
    told = "&".join(f"{k}={v}" for k, v in asked.chosen.items() if k != "lang")
    Audit(asked.store.office).add("exported", file_name, f"{size} B, {asked.as_of}{', ' + told if told else ''}")


def guard(right: str = "") -> Viewer:
    """The viewer that the frame admitted, who has a right where the page needs one. Every page calls this first; run alone, or by
    somebody without the right, it stops here and shows a sentence."""
    viewer = acting.viewer()
    if viewer is None:
        sentence = _("此页面只能从系统首页进入，请打开首页地址。")
        st.error(sentence)
        st.stop()
        raise NotThroughTheFrame(sentence)  # st.stop() returns when no server runs the script
    if right:
        try:
            acting.require(right)
        except acting.Denied as denied:
            st.error(str(denied))
            st.stop()
            raise
    return viewer
