"""Start the dashboard: checks first, then Streamlit as a child process, then the address once it answers."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import webbrowser
from pathlib import Path

from renewal import settings
from renewal.access import configured, is_loopback
from renewal.access.config import Access, secrets, strangers
from renewal.health import network_disk
from renewal.i18n import _
from renewal.intake.limits import load_limits
from renewal.logs import Log
from renewal.plan import Plan, load_plan
from renewal.store import Store
from renewal.store.office import REPLICA

STARTING = 60  # seconds until a server that does not answer counts as failed


def serve(host: str, port: int, store: Path, *, open_browser: bool = False, log: Log | None = None) -> int:
    """Serve the store's dashboard until interrupted; returns the exit code (1: the server fell down; 2: refused, with one sentence
    on stderr). log: where the server's lines go; default stderr.

    Raises PlanError or StoreError for a plan or a store that cannot be read.
    """
    folder = Path(store).resolve()
    access = configured()
    if access is None and not is_loopback(host):
        sentence = _("没有配置访问控制时只能在本机打开：--host 只能是 127.0.0.1 或 localhost，不能是 {host}（要让别的电脑打开，见 docs/access.md）")
        return _refuse(sentence.format(host=host))
    if not 0 < port < 65536:
        return _refuse(_("端口应在 1 到 65535 之间，不能是 {port}").format(port=port))
    plan = load_plan()
    if access is not None:
        secrets()
        _warn(access, plan)
    if not folder.is_dir() and folder != (settings.DATA / "store").resolve():
        if folder == settings.SAMPLE_STORE.resolve():
            return _refuse(_("还没有示例数据，请先运行 python -m renewal sample"))
        return _refuse(_("数据文件夹 {folder} 不存在").format(folder=folder))
    Store(folder).version()
    copied = (folder / REPLICA).exists()
    if not copied and (kind := network_disk(folder)):
        told = _("数据文件夹 {folder} 在网络共享（{kind}）上，office.sqlite 在那里可能损坏：请放到本机的盘上，几台机器用 replicate 复制")
        _notice(told.format(folder=folder, kind=kind))
    if not _is_free(host, port):
        return _refuse(_("端口 {port} 已被占用，请关闭占用它的程序或用 --port 换一个").format(port=port))

    # Streamlit's own lines are in English and name the same address again: only its log (stderr) is kept.
    server = subprocess.Popen(
        [
            sys.executable, "-m", "streamlit", "run", str(settings.ROOT / "app.py"),
            "--server.address", host, "--server.port", str(port), "--server.maxUploadSize", str(load_limits().file_mb),
        ],
        cwd=settings.ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        **({"stderr": subprocess.PIPE, "encoding": "utf-8", "errors": "backslashreplace"} if log else {}),
        env={
            **({"RENEWAL_READ_ONLY": "1"} if copied else {}), **os.environ, "RENEWAL_STORE": str(folder),
            "RENEWAL_PLAN": str(settings.plan_dir()),
        },
    )
    if log:
        log.follow(server.stderr)
    asked_to_end = threading.Event()

    def end(*_ignored: object) -> None:
        asked_to_end.set()
        server.terminate()

    signal.signal(signal.SIGTERM, end)
    near = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)
    here = f"http://{f'[{near}]' if ':' in near else near}:{port}"
    url = access.addresses[0] if access else here
    try:
        if not _answers(here, server):
            server.terminate()
            return _refuse(_("看板没有启动成功，原因见上面的日志"))
        print(_("看板已就绪：{url}（按 Ctrl+C 结束）").format(url=url), flush=True)
        if open_browser:
            webbrowser.open(url)
        server.wait()
    except KeyboardInterrupt:
        end()
    server.wait()
    return 0 if asked_to_end.is_set() else 1  # it fell down by itself: whoever watches over it starts it anew


def _warn(access: Access, plan: Plan) -> None:
    """What a configuration allows that its author may not have meant."""
    said = [_("{id}：方案里没有街道“{street}”，这个人什么也看不到").format(id=p.id, street=p.street) for p in strangers(access, plan)]
    if not any(p.role == "staff" for p in access.people):
        said.append(_("没有一个人是 staff：谁也不能导入"))
    if not access.encrypted:
        said.append(_("地址不是 https：密码和数据在网上不加密，只能用于信得过的局域网"))
    for sentence in said:
        _notice(sentence)


def _notice(sentence: str) -> None:
    print(_("注意：{what}").format(what=sentence), file=sys.stderr, flush=True)


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr, flush=True)
    return 2


def _is_free(host: str, port: int) -> bool:
    family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        if os.name != "nt":  # on Windows this option would let two servers share the port
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError:
            return False
    return True


def _answers(url: str, server: subprocess.Popen) -> bool:
    """Wait until the server says that it is well; False if it ended or took too long."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy of the office can not reach us
    deadline = time.monotonic() + STARTING
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with direct.open(f"{url}/healthz", timeout=2) as answer:
                return json.load(answer).get("status") == "ok"
        except urllib.error.HTTPError:
            return configured() is not None  # the door answers, though not to us: it has been told another address
        except (urllib.error.URLError, OSError, ValueError):
            time.sleep(0.2)
    return False
