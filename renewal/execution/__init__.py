"""The works under way: what the plan's mechanisms of execution (三, 四, 五(二), 五(三)) show beside both targets."""
