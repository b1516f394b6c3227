"""The pages of the dashboard, in the order of the navigation."""

from renewal.i18n import N_, _

# By groups of the navigation; those of '' stand by themselves.
PAGES = (
    ("", (("overview", N_("总览")), ("streets", N_("街道")), ("categories", N_("类别")), ("map", N_("地图")))),
    (N_("推进"), (
        ("projects", N_("项目")), ("stages", N_("阶段")), ("coordination", N_("专项协同")), ("acceptance", N_("验收")), ("funds", N_("资金")),
        ("problems", N_("问题")),
    )),
    (N_("研判"), (
        ("attention", N_("关注与亮灯")), ("pace", N_("速度与曲线")), ("forecast", N_("推算")), ("slippage", N_("偏差与趋势")),
        ("causes", N_("用时与原因")), ("revisions", N_("数据修订")),
    )),
    (N_("方案"), (
        ("scope", N_("范围与项目库")), ("units", N_("单位与任务")), ("plans", N_("方案与计划")), ("modes", N_("模式与物业")),
        ("definitions", N_("口径与依据")),
    )),
    (N_("会议"), (("dispatch", N_("调度会")), ("changes", N_("本周变化")), ("decisions", N_("议定事项")))),
    (N_("资料"), (("tables", N_("台账导出")), ("data", N_("数据")), ("intake", N_("导入")), ("audit", N_("操作记录")))),
)

# What a viewer has to have the right to (acting.RIGHTS) for a page to open.
NEEDS = {"intake": "import", "audit": "audit"}

ROLE_WORDS = {"leader": N_("领导"), "staff": N_("工作人员"), "street": N_("街道人员"), "viewer": N_("查看")}


def title(stem: str) -> str:
    """The title of a page, in the language of this run; KeyError for a page that there is not."""
    return _({name: words for _group, pages in PAGES for name, words in pages}[stem])
