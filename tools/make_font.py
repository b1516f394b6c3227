"""Make the local fonts: `python tools/make_font.py` (needs Debian's fonts-noto-cjk, fonttools and brotli).

Noto Sans CJK SC, Regular and Bold, cut down to GB2312, ASCII and Latin-1, the symbols of the interface and every other
character that stands in a text file of the program and its data. A rarer character in an office's file is shown in a
font of the reader's machine. Licence: static/OFL.txt.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection

ROOT = Path(__file__).resolve().parents[1]
SOURCES = Path("/usr/share/fonts/opentype/noto")
FACES = {"regular": "NotoSansCJK-Regular.ttc", "bold": "NotoSansCJK-Bold.ttc"}
FAMILY = "Noto Sans CJK SC"
SYMBOLS = "●○◐▲△▼▽■□◆◇★☆╱╲▨✓×÷±≈≤≥≠→←↑↓↗↘⇒…—–·•‰℃㎡㎥№§€¥￥“”‘’「」『』《》〈〉【】（）、。，；：？！％～〇①②③④⑤⑥⑦⑧⑨⑩"
SHOWN = ("app.py", "pages", "renewal", "queries", "data")
SUFFIXES = {".py", ".sql", ".md", ".toml", ".csv", ".po", ".geojson", ".json"}


def gb2312() -> set[str]:
    """Every character that GB2312 encodes (6,763 Chinese characters and its symbols)."""
    found = set()
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                found.add(bytes((high, low)).decode("gb2312"))
            except UnicodeDecodeError:
                continue
    return found


def used_in_repository() -> set[str]:
    """Every character above ASCII in the text files of the program and its data that git knows or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *SHOWN],
        cwd=ROOT, capture_output=True, check=True,
    ).stdout.decode()
    found: set[str] = set()
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.suffix in SUFFIXES and path.is_file():
            try:
                found |= {c for c in path.read_text("utf-8") if ord(c) > 127 and c.isprintable()}
            except UnicodeDecodeError:  # a fixture in another encoding
                continue
    return found


def main() -> None:
    latin = {chr(c) for c in [*range(0x20, 0x7F), *range(0xA0, 0x100)]}
    wanted = latin | set(SYMBOLS) | gb2312() | used_in_repository()
    for face, file in FACES.items():
        collection = TTCollection(SOURCES / file)
        font = next(f for f in collection.fonts if f["name"].getDebugName(1).startswith(FAMILY))
        options = subset.Options(
            flavor="woff2", layout_features=["kern", "locl", "tnum", "pnum", "vert", "ccmp"],
            name_IDs=[0, 1, 2, 4, 5, 6, 13, 14], notdef_outline=True, hinting=False, desubroutinize=True,
        )
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=[ord(c) for c in wanted])
        subsetter.subset(font)
        target = ROOT / "static" / f"renewal-sans-{face}.woff2"
        font.flavor = "woff2"
        font.save(target)
        print(f"{target.relative_to(ROOT)}: {len(font.getBestCmap())} characters, {target.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
