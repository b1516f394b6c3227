"""Names are compared by a key that forgives how they were typed, and nothing else."""

import pytest

from renewal.names import fold


@pytest.mark.parametrize(
    "typed",
    [
        "小区道路", " 小区道路 ", "小 区\n道 路", "小区\u3000道路", "小区\u00a0道路",
        "小区\t道路\r\n", "\ufeff小区道路", "小区\u200b道路", "小\u200c区\u200d道\u2060路", "小区\u00ad道路",
    ],
)
def test_spaces_and_invisible_characters_do_not_count(typed):
    assert fold(typed) == "小区道路"


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("ＢＰ０１", "BP01"), ("环卫设施（含垃圾分类设施）", "环卫设施(含垃圾分类设施)"),
        ("㎡", "m2"), ("①", "1"), ("", ""), ("\u200b \u3000", ""),
    ],
)
def test_full_width_and_compatibility_forms_become_plain(typed, key):
    assert fold(typed) == key


@pytest.mark.parametrize(("one", "other"), [("清洁屋面", "更新屋面"), ("二七街道", "七里山街道"), ("m13", "M13")])
def test_different_names_stay_different(one, other):
    assert fold(one) != fold(other)


def test_folding_twice_changes_nothing():
    assert fold(fold("Ａ １\u200b（㎡）")) == fold("Ａ １\u200b（㎡）") == "A1(m2)"
