"""What several rounds together say."""

import statistics


def ratio(results, first, key="rate"):
    """The median over the rounds of how many times what it was in the first; those of one round were measured one
    after the other, so that what else the machine did is in both. None if nothing can be said."""
    pairs = zip(results, first)
    ratios = [mine[key] / other[key] for mine, other in pairs if other[key] and mine[key] is not None]
    return statistics.median(ratios) if ratios else None


def median(results, key):
    known = [result[key] for result in results if result[key] is not None]
    return statistics.median(known) if known else None


def total(results, key):
    return sum(result[key] for result in results)


def as_ratio(number):
    return "-" if number is None else f"{number:.2f}" if number >= 0.1 else f"{number:.3f}"


def duration(microseconds):
    """About three digits, in a unit that suits."""
    if microseconds is None:
        return "-"
    for unit, size in (("s", 1e6), ("ms", 1e3)):
        if microseconds >= size:
            number = microseconds / size
            return f"{number:.2f} {unit}" if number < 10 else f"{number:.1f} {unit}" if number < 100 else \
                f"{number:,.0f} {unit}"
    return f"{microseconds:.0f} µs"
