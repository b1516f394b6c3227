"""Who is at work, and what that lets them do and see."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

import pytest

from renewal import acting
from renewal.access.config import ROLES
from renewal.acting import RIGHTS, Denied, Viewer, admitted
from renewal.store.office import who

NOBODY = Viewer(("七贤街道",), "甲", "viewer", frozenset())


def test_on_the_command_line_the_rights_are_those_of_the_files():
    assert acting.viewer() is None
    assert all(acting.may(right) for right in RIGHTS)
    acting.require_scope(["七贤街道", "无此街道"])
    assert acting.sees("无此街道")


def test_a_viewer_has_the_rights_and_the_streets_given_and_no_others():
    with admitted(NOBODY):
        assert acting.viewer() is NOBODY and who() == "甲"
        for right in RIGHTS:
            with pytest.raises(Denied, match="您的角色不能"):
                acting.require(right)
        acting.require_scope([])
        acting.require_scope(["七贤街道"])
        assert acting.sees("七贤街道") and not acting.sees("兴隆街道")
        with pytest.raises(Denied, match="不在您的权限之内") as denied:
            acting.require_scope(["七贤街道", "兴隆街道"])
        assert "兴隆" not in str(denied.value)
        with admitted(None):
            acting.require("import")
        with pytest.raises(Denied):
            acting.require("import")
    assert acting.viewer() is None and who() != "甲"


def test_who_failed_within_is_not_at_work_any_more():
    with pytest.raises(ZeroDivisionError), admitted(NOBODY):
        raise ZeroDivisionError
    assert acting.viewer() is None


def test_two_at_once_are_told_apart():
    """A thread is somebody's only where it is given what was set for the run."""
    meet, seen = threading.Barrier(2), {}

    def work(name: str) -> None:
        with admitted(Viewer((name,), name)):
            meet.wait(5)
            seen[name] = (acting.viewer().user, acting.sees(name), acting.sees({"甲": "乙", "乙": "甲"}[name]))
            meet.wait(5)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, "甲乙"))
    assert seen == {"甲": ("甲", True, False), "乙": ("乙", True, False)}
    with admitted(NOBODY), ThreadPoolExecutor(1) as pool:
        assert pool.submit(acting.viewer).result() is None
        assert pool.submit(copy_context().run, acting.viewer).result() is NOBODY


def test_each_role_has_the_rights_that_the_office_gave_it():
    assert {role: (everywhere, sorted(rights)) for role, (everywhere, rights) in ROLES.items()} == {
        "leader": (True, ["audit", "export"]), "staff": (True, ["audit", "decide", "export", "import", "views"]),
        "street": (False, ["export"]), "viewer": (True, []),
    }
