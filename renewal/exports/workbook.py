"""What workbooks of the office have in common: nothing in them becomes a formula or a link, and each look is made once."""

from __future__ import annotations

from typing import Any, BinaryIO

import xlsxwriter
from xlsxwriter.format import Format


def opened(out: BinaryIO) -> xlsxwriter.Workbook:
    """A new workbook, written to `out` when it is closed."""
    return xlsxwriter.Workbook(out, {
        "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "nan_inf_to_errors": True,
    })


class Looks:
    """Fonts and formats of a workbook. plain: of text; heading: the same in the font of titles; grid: plain with lines around it."""

    def __init__(self, book: xlsxwriter.Workbook, lang: str = "zh"):
        self.book = book
        heading, body = ("黑体", "仿宋") if lang == "zh" else ("Times New Roman", "Times New Roman")
        # The charset tells a program without the font that it needs another one with Chinese signs.
        self.plain = {"font_name": body, "font_size": 11, "valign": "vcenter", "font_charset": 134 if lang == "zh" else 1}
        self.heading = self.plain | {"font_name": heading}
        self.grid = self.plain | {"border": 1}
        self._formats: dict[tuple, Format] = {}

    def format(self, **look: Any) -> Format:
        """A format of the workbook, made once."""
        key = tuple(sorted(look.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(look)
        return self._formats[key]
