"""The weekly dispatch meeting 调度会: its agenda, its screens, and what is decided in it."""
