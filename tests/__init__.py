"""A package, so that none of another project that is installed comes first (Canaille, the tests' identity provider, brings one of that name)."""
