"""Progress of the renovation of old residential communities (老旧小区改造): intake, store, figures, pages."""

__version__ = "0.9.0"  # as CHANGELOG.md
