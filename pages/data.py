from renewal import filters
from renewal.access import guard

viewer = guard()
asked = filters.current()
