"""Looking for better settings: a space of switches, a search, and trials that are ordinary cells."""

from .apply import Tuned, applied
from .propose import SearchBudget, search
from .space import Settings, Space, said, space
from .trials import Trials

__all__ = ["SearchBudget", "Settings", "Space", "Trials", "Tuned", "applied", "said", "search", "space"]
