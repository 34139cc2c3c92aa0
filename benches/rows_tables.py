"""What rows.py counted, as tables, a chart and sentences."""

import rows
from several import as_ratio, duration, median, ratio, total

HEAD = ["connections", "server", "requests/s", "lowest to highest", "to nginx", "to hyper", "p50", "p99", "p99.9",
        "CPU a request", "errors"]
# With which the others are compared: a web server known to be fast, and the library that the daemon uses.
MEASURES = ["nginx", "hyper"]
# The row, kind and connections of the chart.
SHOWN = ("leaf", "kept", 32)
KEPT = {"kept": "connections kept", "closed": "a connection for each request"}


def line(results, connections, name, measures):
    errors = total(results, "errors")
    wrong = f"errors: {errors:,}" if errors else "0"
    rates = [result["rate"] for result in results]
    if not any(rates):
        # No answer arrived, so nothing else is known.
        return [f"{connections:,}", name, "0", *["-"] * 7, wrong]
    busy = median(results, "busy")
    return [f"{connections:,}", name, f"{median(results, 'rate'):,.0f}", f"{min(rates):,.0f} to {max(rates):,.0f}",
            *(as_ratio(ratio(results, measure)) for measure in measures),
            *(duration(median(results, key)) for key in ("p50", "p99", "p999")),
            "-" if busy is None else f"{busy:,.1f} µs", wrong]


def table(bench, contenders, counted, row, kind):
    lines = []
    for connections in rows.CONNECTIONS:
        measures = [counted.get((row[0], kind, connections, name), []) for name in MEASURES]
        for contender in contenders:
            results = counted.get((row[0], kind, connections, contender.name))
            if results is None:
                lines.append([f"{connections:,}", contender.name, *["-"] * 9])
            else:
                lines.append(line(results, connections, contender.name, measures))
    notes = [contender.about["cannot"][row[0]] for contender in contenders if not rows.can(contender, row)]
    if bench.without:
        notes.append("left out: " + ", ".join(bench.without))
    caption = f"{row[1]}, {KEPT[kind]}"
    return {"caption": caption[0].upper() + caption[1:] + "".join(f"; {note}" for note in notes), "head": HEAD,
            "rows": lines}


def shown(contenders, counted):
    """Of the row that says most: the contenders and what was counted for them."""
    return [(contender.name, counted[(*SHOWN, contender.name)]) for contender in contenders]


def chart(contenders, counted):
    pairs = shown(contenders, counted)
    return {"file": "throughput.svg", "title": "A value with a token, 32 connections kept", "unit": "requests a second",
            "kind": "bars", "x": [name for name, _ in pairs],
            "series": {"requests a second": [round(median(results, "rate")) for _, results in pairs]}, "log_x": False}


def headline(contenders, counted):
    (_, ours), *others = shown(contenders, counted)
    times = [(name, ratio(ours, results)) for name, results in others]
    compared = ", ".join(f"{number:.3g} times what {name} does" for name, number in times if number is not None)
    mine = [results for key, results in counted.items() if key[3] == "fake-metadata"]
    wrong = sum(total(results, "errors") for results in mine)
    asked = sum(total(results, "requests") for results in mine)
    return [f"A value with a token is served {median(ours, 'rate'):,.0f} times a second on one core, 99 % of them "
            f"within {duration(median(ours, 'p99'))}" + (f": {compared}." if compared else "."),
            f"{asked:,} requests in {len(mine)} kinds of load, up to 1,000 connections: {wrong:,} errors."]


def section(bench, contenders, counted):
    text = (
        f"One core for the server, another for wrk, both ends on loopback. Medians over rounds of {bench.seconds} s, "
        f"of which there were {bench.rounds}, with the lowest and the highest; in a round all servers take turns, so "
        "that whatever else the machine does hits all alike, and ratios are of the same round. CPU a request is the "
        "server's own time, which says more than requests a second where wrk was the slower of the two. Errors are "
        "those of all rounds: wrong statuses, connections refused or broken, answers that took more than five "
        "seconds; what was not answered when a round ended is in no count. A dash: the server cannot do this."
    )
    servers = [[contender.name, contender.version(),
                contender.about["what"] + (contender.about["note"] and f"; {contender.about['note']}")]
               for contender in contenders]
    servers += [[name, "-", "left out"] for name in bench.without]
    tables = [{"caption": "The servers", "head": ["server", "version", "what it is"], "rows": servers}]
    tables += [table(bench, contenders, counted, row, kind) for row in rows.ROWS for kind, _ in rows.KINDS]
    return {"title": "Throughput and latency", "text": text, "tables": tables,
            "charts": [chart(contenders, counted)], "headline": headline(contenders, counted)}
