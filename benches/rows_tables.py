"""What rows.py counted, as tables, a chart and sentences."""

import rows

HEAD = ["connections", "server", "requests/s", "lowest to highest", "to nginx", "to hyper", "p50", "p99", "p99.9",
        "CPU a request", "errors"]
# With which the others are compared: a web server known to be fast, and the library that the daemon uses.
MEASURES = ["nginx", "hyper"]
KEPT = {"kept": "connections kept", "closed": "a connection for each request"}


def duration(microseconds):
    """About three digits, in a unit that suits."""
    for unit, size in (("s", 1e6), ("ms", 1e3)):
        if microseconds >= size:
            number = microseconds / size
            return f"{number:.2f} {unit}" if number < 10 else f"{number:.3g} {unit}" if number < 100 else \
                f"{number:,.0f} {unit}"
    return f"{microseconds:.0f} µs"


def ratio(number, measure):
    return f"{number / measure:.2f}" if measure else "-"


def line(numbers, connections, name, measures):
    wrong = f"errors: {numbers['errors']:,.0f}" if numbers["errors"] else "0"
    if not numbers["rate"]:
        # No answer arrived, so nothing else is known.
        return [f"{connections:,}", name, "0", *["-"] * 7, wrong]
    return [f"{connections:,}", name, f"{numbers['rate']:,.0f}", f"{numbers['least']:,.0f} to {numbers['most']:,.0f}",
            *(ratio(numbers["rate"], measure) for measure in measures),
            *(duration(numbers[key]) for key in ("p50", "p99", "p999")),
            "-" if numbers["busy"] is None else f"{numbers['busy']:.1f} µs", wrong]


def table(bench, contenders, counted, row, kind):
    lines = []
    for connections in rows.CONNECTIONS:
        measures = [counted.get((row[0], kind, connections, name), {}).get("rate") for name in MEASURES]
        for contender in contenders:
            numbers = counted.get((row[0], kind, connections, contender.name))
            if numbers is None:
                lines.append([f"{connections:,}", contender.name, *["-"] * 9])
            else:
                lines.append(line(numbers, connections, contender.name, measures))
    notes = [contender.about["cannot"][row[0]] for contender in contenders if not rows.can(contender, row)]
    if kind == "kept":
        notes += [contender.about["note"] for contender in contenders if contender.about["note"]]
    if bench.without:
        notes.append("left out: " + ", ".join(bench.without))
    caption = f"{row[1]}, {KEPT[kind]}"
    return {"caption": caption[0].upper() + caption[1:] + "".join(f"; {note}" for note in notes), "head": HEAD,
            "rows": lines}


def chart(contenders, counted):
    shown = [(contender.name, counted[("leaf", "kept", 32, contender.name)]["rate"]) for contender in contenders
             if ("leaf", "kept", 32, contender.name) in counted]
    return {"file": "throughput.svg", "title": "A value with a token, 32 connections kept", "unit": "requests a second",
            "kind": "bars", "x": [name for name, _ in shown],
            "series": {"requests a second": [round(rate) for _, rate in shown]}, "log_x": False}


def headline(contenders, counted):
    ours = counted.get(("leaf", "kept", 32, "fake-metadata"))
    if not ours:
        return []
    sentence = f"A value with a token is served {ours['rate']:,.0f} times a second on one core, " \
        f"99 % of them within {duration(ours['p99'])}"
    others = [(contender.name, counted.get(("leaf", "kept", 32, contender.name))) for contender in contenders[1:]]
    compared = [f"{ours['rate'] / numbers['rate']:.3g} times what {name} does" for name, numbers in others
                if numbers and numbers["rate"]]
    sentences = [sentence + (": " + ", ".join(compared) if compared else "") + "."]
    wrong = sum(numbers["errors"] for key, numbers in counted.items() if key[3] == "fake-metadata")
    asked = len([key for key in counted if key[3] == "fake-metadata"])
    sentences.append(f"In {asked} kinds of load, up to 1,000 connections, it made {wrong:,.0f} errors.")
    return sentences


def section(bench, contenders, counted):
    text = (
        f"One core for the server, another for wrk, both ends on loopback. Medians of {bench.rounds} rounds of "
        f"{bench.seconds} s each, with the lowest and the highest; in a round all servers take turns, so that "
        "whatever else the machine does hits all alike. CPU a request is the server's own time, which says more "
        "than requests a second where wrk was the slower of the two. Errors are those of all rounds: wrong statuses, "
        "connections refused or broken, answers that took more than five seconds. A dash: the server cannot do this."
    )
    tables = [{"caption": "The servers", "head": ["server", "version", "what it is"],
               "rows": [[contender.name, contender.version(), contender.about["what"]] for contender in contenders] +
               [[name, "-", "left out"] for name in bench.without]}]
    tables += [table(bench, contenders, counted, row, kind) for row in rows.ROWS for kind, _ in rows.KINDS]
    return {"title": "Throughput and latency", "text": text, "tables": tables,
            "charts": [chart(contenders, counted)], "headline": headline(contenders, counted)}
