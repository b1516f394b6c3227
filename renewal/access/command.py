"""The commands `access`, `account` and `audit`."""

from __future__ import annotations

import getpass
import json
import sys
from typing import Any

from renewal.access.accounts import Accounts
from renewal.access.config import ROLES, Access, AccessError, configured, folded, scope_of, secrets, strangers
from renewal.explained import Explained
from renewal.i18n import N_, _
from renewal.navigation import ROLE_WORDS
from renewal.plan import load_plan
from renewal.store import Store
from renewal.store.audit import ACTIONS, Audit

_PASSWORDS = {"set": N_("已设密码"), "initial": N_("初始密码，尚未改"), "locked": N_("密码错误太多，锁定中"), "none": N_("还没有密码")}


def review(options: Any) -> int:
    """Prints who may see and do what; exit 2 where the configuration is broken or somebody would see nothing."""
    access, plan = _configured(), load_plan()
    secrets()
    have = Accounts().all() if access.mode == "accounts" else {}
    rows = [
        {"id": p.id, "role": p.role, "streets": list(scope_of(p, plan)), "rights": sorted(ROLES[p.role][1]),
         **({"password": have.get(folded(p.id), "none")} if access.mode == "accounts" else {})}
        for p in access.people
    ]
    lost = [p.id for p in strangers(access, plan)]
    nobody = sorted(name for name in have if access.person(name) is None)
    if options.json:
        print(json.dumps({"mode": access.mode, "addresses": access.addresses, "people": rows, "unknown_streets": lost,
                          "accounts_of_nobody": nobody}, ensure_ascii=False, indent=1))
    else:
        print(_("方式：{mode}；地址：{addresses}").format(mode=access.mode, addresses=" ".join(access.addresses)))
        for p, row in zip(access.people, rows, strict=True):
            where = _("全部街道") if len(row["streets"]) == len(plan.streets) else ", ".join(row["streets"]) or _("没有街道")
            password = _(_PASSWORDS[row["password"]]) if "password" in row else ""
            print("  ".join((f"{p.id:24}", _(ROLE_WORDS[p.role]), where, p.note, password)).rstrip())
        for name in lost:
            print(_("{id}：方案里没有这个街道，这个人什么也看不到").format(id=name), file=sys.stderr)
        for name in nobody:
            print(_("{id}：有密码，但 access.toml 里没有这个人，登录不了；用 account remove 删去").format(id=name), file=sys.stderr)
    return 2 if lost else 0


def account(options: Any) -> int:
    """Sets, lists, removes or unlocks accounts."""
    access, accounts = _configured(), Accounts()
    if access.mode != "accounts":
        raise AccessError(_("access.toml 里 mode 不是 \"accounts\"：这里没有密码可设"))
    if options.action == "list":
        found = accounts.all()
        if options.json:
            print(json.dumps(found, ensure_ascii=False))
        for name, state in found.items() if not options.json else ():
            print(f"{name:24}  {_(_PASSWORDS[state])}")
        return 0
    if not options.name:
        raise Explained(_("要写明账号名"))
    if options.action == "set":
        if access.person(options.name) is None:
            raise AccessError(_("access.toml 的 people 里没有 {id}：先写上这个人和角色").format(id=options.name))
        accounts.set(options.name, _password(), initial=True)
        said, action = _("已设初始密码；第一次登录时要换成自己的"), "account_set"
    elif options.action == "remove":
        if not accounts.remove(options.name):
            raise AccessError(_("没有账号 {id}").format(id=options.name))
        said, action = _("已删去账号，它的登录立即失效"), "account_removed"
    else:
        accounts.unlock(options.name)
        said, action = _("已解锁"), "account_unlocked"
    Audit(Store(options.store).office).add(action, options.name)
    print(json.dumps({"id": options.name, "done": action})) if options.json else print(said)
    return 0


def audit(options: Any) -> int:
    """Prints the newest entries; exit 2 where the chain of checksums is broken."""
    kept = Audit(Store(options.store).office)
    if options.action and options.action not in ACTIONS:
        raise Explained(_("没有操作“{action}”，可用：{known}").format(action=options.action, known=", ".join(ACTIONS)))
    found = kept.entries(most=options.most, action=options.action or "", by=options.who or "")
    if options.json:
        print(json.dumps([{**vars(e), "at": e.at.isoformat()} for e in found], ensure_ascii=False, indent=1))
    else:
        for e in found:
            action = _(ACTIONS.get(e.action, e.action))
            print("  ".join((f"{e.entry:6}", f"{e.at:%Y-%m-%d %H:%M:%S}", e.who, e.role, action, e.about, e.detail)).rstrip())
    if (entry := kept.broken()) is not None:
        print(_("操作记录从第 {n} 条起与校验值不符：有人绕过程序改动过，请从备份核对").format(n=entry), file=sys.stderr)
        return 2
    return 0


def _configured() -> Access:
    access = configured()
    if access is None:
        raise AccessError(_("没有配置访问控制：RENEWAL_ACCESS 没有指向 access.toml（见 docs/access.md）"))
    return access


def _password() -> str:
    """Twice from the terminal, without being shown; or one line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass(_("初始密码："))
    if first != getpass.getpass(_("再输一次：")):
        raise AccessError(_("两次输入的密码不一样"))
    return first
