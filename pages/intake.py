"""导入: files in with a preview, who owes what, one street's account, corrections, and what was published."""


from renewal import cache, desk_back, desk_view, fields
from renewal.access import guard
from renewal.desk_view import Desk
from renewal.i18n import _

viewer = guard("import")
desk = Desk(cache.ask(viewer), viewer)
SECTIONS = {
    "files": desk_view.files, "reminders": desk_view.reminders, "account": desk_view.account, "amend": desk_view.amend,
    "back": desk_back.returned, "forms": desk_back.forms, "history": desk_view.history,
}
words = {
    "files": _("导入文件"), "reminders": _("催报"), "account": _("对账"), "amend": _("更正"), "back": _("改后载回"), "forms": _("填报模板"),
    "history": _("发布记录"),
}
section = fields.of_page(["section"], {"section": SECTIONS})["section"] or "files"
if desk.empty:
    section = "files"
else:
    fields.sections(words, section)
desk_view.done_note()
SECTIONS[section](desk)
