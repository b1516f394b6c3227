"""What takes minutes is only collected where it is asked for: pytest tests/long."""


def pytest_ignore_collect(collection_path, config):
    return None if any("long" in argument for argument in config.args) else True
