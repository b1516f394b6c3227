"""The same charts on a bare Streamlit page: figures made beforehand, no store, no filters, no style. Used by the bench:
`streamlit run tools/bench/bare_page.py -- FILE`.
"""

import pickle
import sys
from pathlib import Path

import streamlit as st

st.set_page_config(layout="wide")
charts, late = pickle.loads(Path(sys.argv[1]).read_bytes())
st.title("Overview")
for column, chart in zip(st.columns(len(charts)), charts, strict=True):
    with column:
        st.plotly_chart(chart)
st.table(late)
