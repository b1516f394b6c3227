"""The errors that are for the reader."""


class Explained(Exception):
    """Something can not be done; the text says what and why in the reader's words and is shown as it is."""
