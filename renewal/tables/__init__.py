"""Tables that staff can take away: described in data/tables, the same on screen and in a file."""
