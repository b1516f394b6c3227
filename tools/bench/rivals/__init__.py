"""The same questions answered by what else one would use: pandas, SQLite and Polars, written as their users would write them well.

Questions (batch and completion level are the plan's own; all streets), each a function of a day:
    matrix    latest street × category        streets   progress by street against both targets        late      what is behind, with reason and unit
    curve     how many were planned and done at each round       headline  the counts on top of 总览
"""
