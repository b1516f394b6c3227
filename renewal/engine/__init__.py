"""History that one machine should not hold: a store's rows as Parquet, the states of its newest rounds worked out from them by another
engine, and a version file of the results that the dashboard serves (docs/past-one-machine.md). Nothing outside asks for this package but
the commands `export --parquet` and `rollup`.
"""
