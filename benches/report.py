"""Sections as text for a terminal, and as docs/performance.md with its charts."""

import os
import re

import charts

NUMBER = re.compile(r"^-?[\d.,]+( (µs|ms|s|MiB|KiB|GiB|%))?$|^-$")


def numeric(table, column):
    """Numbers are read more easily from the right."""
    return all(NUMBER.match(row[column]) or not row[column] for row in table["rows"])


def as_text(section):
    lines = [section["title"], "", section["text"], ""]
    for table in section["tables"]:
        rows = [table["head"], *table["rows"]]
        columns = range(len(table["head"]))
        widths = [max(len(row[column]) for row in rows) for column in columns]
        right = [numeric(table, column) for column in columns]
        lines.append(table["caption"])
        for row in rows:
            cells = [row[column].rjust(widths[column]) if right[column] else row[column].ljust(widths[column])
                     for column in columns]
            lines.append(("  " + "  ".join(cells)).rstrip())
        lines.append("")
    return "\n".join(lines + [f"- {sentence}" for sentence in section["headline"]] + [""])


def as_markdown(section, folder):
    lines = [f"## {section['title']}", "", section["text"], ""]
    for chart in section["charts"]:
        lines += [f"![{chart['title']}, in {chart['unit']}]({folder}/{chart['file']})", ""]
    for table in section["tables"]:
        marks = ["---:" if numeric(table, column) else "---" for column in range(len(table["head"]))]
        lines += [f"**{table['caption']}**", ""]
        lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"
                  for row in (table["head"], marks, *table["rows"])]
        lines.append("")
    return lines


def write(docs, machine, sections):
    """docs/performance.md and docs/performance/*.svg."""
    folder = f"{docs}/performance"
    os.makedirs(folder, exist_ok=True)
    lines = [
        "# Performance", "",
        "Written by `make bench`, which measures all of this again on the machine that it is run on. Absolute numbers",
        "are of this machine; how the servers compare with each other is much the same elsewhere.", "",
    ]
    lines += ["| | |", "| --- | --- |", *(f"| {name} | {value} |" for name, value in machine.items()), ""]
    lines += [f"- {sentence}" for section in sections for sentence in section["headline"]] + [""]
    for section in sections:
        lines += as_markdown(section, "performance")
        for chart in section["charts"]:
            with open(f"{folder}/{chart['file']}", "w", encoding="utf-8") as file:
                file.write(charts.draw(chart))
    with open(f"{docs}/performance.md", "w", encoding="utf-8") as file:
        file.write("\n".join(lines).rstrip() + "\n")
