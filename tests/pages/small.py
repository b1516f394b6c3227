"""A small made-up office: its communities are named by the tests, those with a K lie in 七贤街道."""

from renewal.store import Upload


def street(project: str) -> str:
    return "七贤街道" if project.startswith("K") else "兴隆街道"


def rows(text: str, names: dict[str, str]) -> list[str]:
    """Lines of a ledger, each with the community's name and street behind its number."""
    found = [line.split(",", 1) for line in text.split()]
    return [f"{project},{names[project]},{street(project)},{rest}" for project, rest in found]


def upload(name: str, head: str, lines: list[str]) -> Upload:
    return Upload(f"{name}_20210903.csv", "\n".join([head, *lines]).encode())
