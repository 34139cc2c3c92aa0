"""How numbers are written in the tables."""

import statistics


def rounded(number):
    """About three digits."""
    return f"{number:.2f}" if number < 10 else f"{number:.1f}" if number < 100 else f"{number:,.0f}"


def bytes_of(number):
    return f"{number / 1024 / 1024:.2f} MiB"


def kib(number):
    return bytes_of(1024 * number)


def median(numbers, unit):
    return f"{rounded(statistics.median(numbers))} {unit}"


def spread(numbers, unit):
    """Lowest, median, highest."""
    return [f"{rounded(number)} {unit}" for number in (min(numbers), statistics.median(numbers), max(numbers))]


def as_text(section):
    """For a terminal."""
    lines = [section["title"], "", section["text"], ""]
    for table in section["tables"]:
        rows = [table["head"], *table["rows"]]
        widths = [max(len(row[column]) for row in rows) for column in range(len(table["head"]))]
        lines.append(table["caption"])
        lines += ["  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
        lines.append("")
    return "\n".join(lines + [f"- {sentence}" for sentence in section["headline"]])
