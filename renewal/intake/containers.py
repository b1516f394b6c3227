"""What a file really is, whatever its name says, and whether it is safe to unpack: nothing here opens a workbook."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import PurePosixPath

from ..i18n import gettext as _
from .limits import MEGABYTE, Limits
from .problems import Problem, Refusal

RATIO_FROM = 16 * MEGABYTE  # below this a file unpacks to nothing that could hurt, however well it is packed
PACKED = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_WORKBOOK = {"xl/workbook.bin": "xlsb", "xl/workbook.xml": "xlsx"}
_OTHER_PACKED = {b"Rar!": "RAR", b"7z\xbc\xaf": "7z", b"\x1f\x8b": "GZIP", b"BZh": "BZIP2", b"\xfd7zXZ": "XZ"}
_OTHER = {b"%PDF": "PDF", b"{\\rtf": "RTF", b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF8": "GIF", b"SQLite": "SQLite"}


def refuse(name: str, code: str, message: str) -> Refusal:
    return Refusal(Problem(code, message, file=name))


def kind_of(name: str, data: bytes, package: zipfile.ZipFile | None = None) -> str:
    """'xlsx' | 'xlsb' | 'ods' | 'xls' | 'zip' | 'text', by the bytes alone. package: its container, if it was opened
    before. Raises Refusal for anything else that is known by sight (encrypted, HTML, PDF …)."""
    if not data:
        raise refuse(name, "empty_file", _("文件是空的（0 字节），请重新导出"))
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise refuse(name, "encrypted_file", _("文件有密码，请取消密码后另存"))
        return "xls"
    if data.startswith(PACKED):
        return _kind_of_zip(name, package or opened(name, data))
    if data[:2] == b"\x09\x08" or data[:2] in (b"\x09\x04", b"\x09\x02", b"\x09\x00"):
        return "xls"  # a workbook stream without its container, as some programs write
    for start, what in _OTHER_PACKED.items():
        if data.startswith(start):
            raise refuse(name, "unsupported_type", _("是 {what} 压缩文件，请解压后再报，或改用 ZIP").format(what=what))
    for start, what in _OTHER.items():
        if data.startswith(start):
            raise refuse(name, "unsupported_type", _("内容是 {what}，不是表格，请导出为 xlsx 或 csv").format(what=what))
    if data[:2] == b"BM" and data[6:10] == b"\0\0\0\0":
        raise refuse(name, "unsupported_type", _("内容是 {what}，不是表格，请导出为 xlsx 或 csv").format(what="BMP"))
    head = data[:4096].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if b"urn:schemas-microsoft-com:office:spreadsheet" in head:
        raise refuse(name, "html_file", _("内容是 XML 表格（2003），请在 WPS 或 Excel 中打开后另存为 xlsx"))
    if head.startswith((b"<!doctype", b"<html", b"<table", b"<meta", b"<head", b"<body", b"<style", b"<div", b"mime-version:")) or (
        head.startswith(b"<") and (b"<table" in head or b"<html" in head)
    ):
        raise refuse(name, "html_file", _("内容是网页（HTML），只是改了后缀，请在 WPS 或 Excel 中打开后另存为 xlsx"))
    if head.startswith(b"<?xml"):
        raise refuse(name, "unsupported_type", _("内容是 {what}，不是表格，请导出为 xlsx 或 csv").format(what="XML"))
    return "text"


def _kind_of_zip(name: str, package: zipfile.ZipFile) -> str:
    listed = [n.replace("\\", "/").lstrip("/") for n in package.namelist()]
    names = set(listed)
    manifest = mime = b""
    if "content.xml" in names:
        manifest, mime = _beginning(package, "META-INF/manifest.xml"), _beginning(package, "mimetype")
    workbook = not names.isdisjoint(("[Content_Types].xml", "content.xml", *_WORKBOOK))
    if workbook and len(names) < len(listed):
        raise damaged(name)  # the same part twice: two programs would read two workbooks
    for part, kind in _WORKBOOK.items():
        if part in names:
            return kind
    if "content.xml" in names and (mime or manifest):
        if b"encryption-data" in manifest:
            raise refuse(name, "encrypted_file", _("文件有密码，请取消密码后另存"))
        if mime and b"spreadsheet" not in mime:
            raise refuse(name, "unsupported_type", _("是 OpenDocument 文档，但不是表格，请导出为 xlsx 或 csv"))
        return "ods"
    if "[Content_Types].xml" in names:
        if any(n.startswith("word/") or n.startswith("ppt/") for n in names):
            raise refuse(name, "unsupported_type", _("是 Word 或 PowerPoint 文档，不是表格，请导出为 xlsx 或 csv"))
        return "xlsx"
    return "zip"


def _beginning(package: zipfile.ZipFile, part: str) -> bytes:
    try:
        with package.open(part) as content:
            return content.read(65536)
    except Exception:  # not there, or damaged, which is found out later
        return b""


def opened(name: str, data: bytes) -> zipfile.ZipFile:
    """The ZIP container of a file; raises Refusal where it is damaged."""
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except Exception:
        raise damaged(name) from None


def damaged(name: str) -> Refusal:
    message = _("打不开：内容不完整或已损坏（可能没有传完），请在 WPS 或 Excel 中打开后另存为 xlsx，重新报送")
    return refuse(name, "unreadable_file", message)


def check(name: str, data: bytes, limits: Limits, package: zipfile.ZipFile | None = None) -> None:
    """What a workbook or ZIP says it unpacks to, and whether it could be lying. package: its container, if it was
    opened before. Raises Refusal."""
    package = package or opened(name, data)
    entries = package.infolist()
    unpacked, packed = sum(e.file_size for e in entries), max(sum(e.compress_size for e in entries), 1)
    if len(entries) > limits.entries:
        message = _("里面有 {n} 个部分，超过上限 {most}").format(n=len(entries), most=limits.entries)
        raise refuse(name, "over_limit", message)
    most = limits.unpacked_mb * MEGABYTE
    if unpacked > most:
        raise _too_big(name, unpacked, limits)
    if unpacked > RATIO_FROM and unpacked > packed * limits.ratio:
        message = _("压缩比 {ratio} 倍，超过上限 {most} 倍，像是压缩炸弹，没有打开").format(ratio=unpacked // packed, most=limits.ratio)
        raise refuse(name, "over_limit", message)
    if any(e.flag_bits & 1 for e in entries):
        raise refuse(name, "encrypted_file", _("文件有密码，请取消密码后另存"))
    _really(name, package, entries)


def _really(name: str, package: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    """Two entries that share their bytes, or one that says less than it holds, would unpack to more than the list says."""
    spans = sorted((e.header_offset, e.header_offset + e.compress_size) for e in entries)
    if any(start < end for (_s, end), (start, _e) in zip(spans, spans[1:], strict=False)):
        raise refuse(name, "over_limit", _("压缩包里的各部分互相重叠，像是压缩炸弹，没有打开"))
    if sum(e.compress_size for e in entries) > len(package.fp.getbuffer()):
        raise damaged(name)


def _too_big(name: str, unpacked: int, limits: Limits) -> Refusal:
    message = _("解压后有 {n} MB，超过上限 {most} MB，没有打开").format(n=unpacked // MEGABYTE, most=limits.unpacked_mb)
    return refuse(name, "over_limit", message)


def members(name: str, data: bytes, limits: Limits, wanted: set[str]) -> tuple[list[tuple[str, bytes]], list[Problem]]:
    """The files in a ZIP (name as 'archive.zip/inside.xlsx', bytes), and what was not taken. Raises Refusal."""
    check(name, data, limits)
    found: list[tuple[str, bytes]] = []
    problems: list[Problem] = []
    with opened(name, data) as package:
        for entry in package.infolist():
            if not entry.filename or entry.is_dir():
                continue
            inside = _name(entry)
            path = PurePosixPath(inside.replace("\\", "/"))
            shown = f"{name}/{inside}"
            if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", inside):
                problems.append(Problem("unsafe_entry", _("压缩包里的名称指向包外，没有读取"), file=shown, severity="note"))
            elif path.name.startswith(("~$", ".", "__MACOSX")) or "__MACOSX" in path.parts:
                continue
            elif path.suffix.lower() == ".zip":
                problems.append(Problem("nested_archive", _("压缩包里还有压缩包，请解压后再报"), file=shown))
            elif path.suffix.lower() not in wanted:
                problems.append(Problem("unsupported_type", _("不是表格文件，略过"), file=shown, severity="note"))
            else:
                try:
                    found.append((shown, package.read(entry)))
                except Exception:
                    problems.append(Problem("unreadable_file", _("压缩包里的这个文件已损坏，请重新打包"), file=shown))
    if not found and not any(p.severity == "stop" for p in problems):
        problems.append(Problem("no_files", _("压缩包里没有可读的文件（xlsx、xls、et、ods、csv）"), file=name))
    return found, problems


def _name(entry: zipfile.ZipInfo) -> str:
    """Windows in Chinese writes GBK names without saying so; Python then reads them as cp437."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        raw = entry.filename.encode("cp437")
    except UnicodeEncodeError:
        return entry.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename
