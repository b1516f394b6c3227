"""Exported files in, checked rows out. Knows nothing of the store.

`read` opens a file as grids of cells, `layouts` knows what headers mean, `recognise` finds kind, header and as-of date of
a sheet, `values` reads cells, `extract` turns a sheet into columns of checked values or into problems.
"""
