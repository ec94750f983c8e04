"""Which concepts somebody has read whole, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from .model import Termbase

LASTS = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Reviews:
    """Ids of concepts by the time of their last review (`reviewed:`)."""

    within_a_year: tuple[str, ...]
    longer_ago: tuple[str, ...]
    never: tuple[str, ...]


def reviews(termbase: Termbase, today: date) -> Reviews:
    since = (today - LASTS).isoformat()  # days as ISO 8601 writes them have the order of time
    days = {id: concept.reviewed for id, concept in termbase.concepts.items()}
    return Reviews(
        tuple(id for id, day in days.items() if day >= since),
        tuple(id for id, day in days.items() if day and day < since),
        tuple(id for id, day in days.items() if not day),
    )
