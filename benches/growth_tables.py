"""What growth.py counted, as tables, a chart and sentences."""

from several import as_ratio, duration, median, ratio, total

HEAD = ["requests/s", "to the first", "p50", "p99", "CPU a request", "to the first", "resident", "errors"]


def mib(results):
    return f"{median(results, 'memory') / 1024:.1f} MiB"


def line(size, results, first):
    return [size if isinstance(size, str) else f"{size:,}", f"{median(results, 'rate'):,.0f}",
            as_ratio(ratio(results, first)), duration(median(results, "p50")), duration(median(results, "p99")),
            f"{median(results, 'busy') or 0:.1f} µs", as_ratio(ratio(results, first, "busy")), mib(results),
            f"{total(results, 'errors'):,}"]


def table(what, caption, counted):
    first = next(iter(counted.values()))
    return {"caption": caption, "head": [what, *HEAD],
            "rows": [line(size, results, first) for size, results in counted.items()]}


def of_numbers(measured):
    """Where sizes are numbers, what was counted, with the smallest first."""
    return {what: counted for what, (_, counted) in measured.items() if not isinstance(next(iter(counted)), str)}


def chart(measured):
    xs = sorted({size for counted in of_numbers(measured).values() for size in counted})
    series = {}
    for what, counted in of_numbers(measured).items():
        first = next(iter(counted.values()))
        series[what] = [ratio(counted[x], first, "busy") if x in counted else None for x in xs]
    return {"file": "growth.svg", "title": "What a request costs when there is more of something",
            "unit": "CPU time of an answer, as a multiple of that at the smallest size", "kind": "lines", "x": xs,
            "series": series, "log_x": True}


def headline(measured):
    sentences = []
    for what, counted in of_numbers(measured).items():
        (small, first), *_, (large, last) = counted.items()
        sentences.append(f"From {small:,} to {large:,} {what}: {as_ratio(ratio(last, first, 'busy'))} times the CPU "
                         f"time for an answer, {mib(last)} of memory instead of {mib(first)}.")
    return sentences


def section(bench, measured, times):
    text = (
        f"The daemon alone, in several sizes that take turns: medians over {times} times {bench.seconds} s. One core "
        "for the server, another for wrk, connections kept. Ratios are of the same round. Resident memory is that "
        "after the load."
    )
    tables = [table(what, caption, counted) for what, (caption, counted) in measured.items()]
    return {"title": "Growth", "text": text, "tables": tables, "charts": [chart(measured)],
            "headline": headline(measured)}
