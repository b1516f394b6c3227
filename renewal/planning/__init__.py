"""Parts of the pages of the plan's frame: scope and library, units and tasks, special and annual plans, modes and property management,
definitions and their sources."""
