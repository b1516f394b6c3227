"""Fifty wrong sign-ins at once, and again: how long, how much memory, and what somebody who is signed in feels of it. Prints its figures."""

import http.client
import os
import re
import statistics
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from tests.guarded import PASSWORD, guarded


def ask(url, path, body=None, cookie=""):
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=120)
    headers = {"Cookie": cookie, **({"Content-Type": "application/x-www-form-urlencoded"} if body else {})}
    connection.request("POST" if body else "GET", path, body, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, answer.headers["set-cookie"] or "", text


def processes():
    """Children of this process and theirs, by their pid: resident MB (Linux)."""
    found, parents = {}, {}
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            told = dict(line.split(":\t", 1) for line in status.read_text().splitlines() if ":\t" in line)
        except OSError:
            continue
        parents[int(told["Pid"])] = int(told["PPid"])
        found[int(told["Pid"])] = int(told.get("VmRSS", "0 kB").split()[0]) / 1024
    mine, more = {os.getpid()}, True
    while more:
        new = {p for p, parent in parents.items() if parent in mine} - mine
        mine |= new
        more = bool(new)
    return {p: found[p] for p in mine}


def test_fifty_wrong_sign_ins_at_once(tmp_path, sample_store):
    with guarded(tmp_path, sample_store) as office:
        _code, cookie, text = ask(office.url, "/login")
        token, cookie = re.search(r"name='form' value='([^']*)'", text).group(1), cookie.partition(";")[0]

        def sign_in(name, password):
            begun = time.monotonic()
            code, given, _text = ask(office.url, "/login", urlencode({"form": token, "name": name, "password": password}), cookie)
            return code, given, time.monotonic() - begun

        code, given, alone = sign_in("li", PASSWORD)
        assert code == 303
        session, go, waits, peak = given.partition(";")[0], threading.Event(), [], [0.0]
        before = max(processes().values())

        def goes_on():
            while not go.is_set():
                begun = time.monotonic()
                assert ask(office.url, "/streets", cookie=session)[0] == 200
                waits.append(time.monotonic() - begun)
                peak[0] = max(peak[0], max(processes().values()))
                time.sleep(0.05)

        reader = threading.Thread(target=goes_on)
        reader.start()
        begun, codes, times = time.monotonic(), Counter(), []
        with ThreadPoolExecutor(50) as many:
            for _round in range(2):
                for code, _given, took in many.map(lambda n: sign_in(f"guess-{n}", "wrong-password"), range(50)):
                    codes[code] += 1
                    times.append(took)
        whole = time.monotonic() - begun
        go.set()
        reader.join()
        known = [sign_in("wang", "wrong-password")[2] for _ in range(4)]
        unknown = [sign_in("nobody-of-that-name", "wrong-password")[2] for _ in range(4)]
    print(f"\nsign-ins: one alone {alone:.2f} s; 2 x 50 wrong at once {whole:.1f} s, answers {dict(codes)}, slowest {max(times):.1f} s; "
          f"meanwhile a page's document took {statistics.median(waits):.3f} s (median of {len(waits)}, slowest {max(waits):.2f} s); "
          f"memory {before:.0f} -> at most {peak[0]:.0f} MB; "
          f"a known name {statistics.median(known):.3f} s, an unknown one {statistics.median(unknown):.3f} s")
    assert set(codes) == {403, 503} and peak[0] - before < 200
    assert statistics.median(waits) < 1
