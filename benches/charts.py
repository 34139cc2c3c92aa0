"""Charts as SVG, with the colours of the reader's choice of light and dark."""

import math
from xml.sax.saxutils import escape

WIDTH = 860
# .c0 to .c5 are series.
STYLE = """  <style>
    .back { fill: #fff } .text { fill: #222 } .faint { fill: #555 }
    .line { stroke: #ddd } .other { fill: #9aa3ad }
    .c0 { fill: #0a6e31; stroke: #0a6e31 } .c1 { fill: #b35900; stroke: #b35900 }
    .c2 { fill: #0b5cad; stroke: #0b5cad }
    .c3 { fill: #7a3e9d; stroke: #7a3e9d } .c4 { fill: #a3243b; stroke: #a3243b }
    .c5 { fill: #555; stroke: #555 }
    @media (prefers-color-scheme: dark) {
      .back { fill: #0d1117 } .text { fill: #e6edf3 } .faint { fill: #9aa5b1 }
      .line { stroke: #30363d } .other { fill: #6e7681 }
      .c0 { fill: #3fb950; stroke: #3fb950 } .c1 { fill: #e09b4a; stroke: #e09b4a }
      .c2 { fill: #58a6ff; stroke: #58a6ff }
      .c3 { fill: #bc8cff; stroke: #bc8cff } .c4 { fill: #ff7b8a; stroke: #ff7b8a }
      .c5 { fill: #9aa5b1; stroke: #9aa5b1 }
    }
  </style>"""


def text(x, y, words, kind="text", anchor="start", extra=""):
    return f'  <text x="{x:.0f}" y="{y:.0f}" class="{kind}" text-anchor="{anchor}"{extra}>{escape(words)}</text>'


def short(number):
    return f"{number:,.0f}" if number >= 100 or number == int(number) else f"{number:.3g}"


def frame(chart, height, body):
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        'font-family="DejaVu Sans, Verdana, sans-serif" font-size="14">',
        f"  <title>{escape(chart['title'])}</title>", STYLE,
        f'  <rect width="{WIDTH}" height="{height}" rx="10" class="back"/>',
        text(24, 34, chart["title"], extra=' font-weight="bold" font-size="16"'),
        text(24, 56, chart["unit"], "faint"),
    ]
    return "\n".join(lines + body + ["</svg>"]) + "\n"


def bars(chart):
    """One below the other; the first is ours. Several series stand beside each other for each label."""
    left, top, thick, gap = 150, 78, 24, 14
    series = list(chart["series"].items())
    most = max((number for _, numbers in series for number in numbers if number), default=0) or 1
    body, y = [], top
    for at, label in enumerate(chart["x"]):
        middle = y + len(series) * thick / 2 + 5
        body.append(text(left - 12, middle, str(label), anchor="end"))
        for which, (_, numbers) in enumerate(series):
            if numbers[at] is not None:
                long = max(numbers[at] / most * (WIDTH - left - 130), 1.5)
                colour = f"c{which % 6}" if len(series) > 1 or at == 0 else "other"
                body.append(f'  <rect x="{left}" y="{y}" width="{long:.1f}" height="{thick - 3}" rx="3" '
                            f'class="{colour}" style="stroke: none"/>')
                body.append(text(left + long + 8, y + 16, short(numbers[at])))
            y += thick
        y += gap
    if len(series) > 1:
        body += legend([name for name, _ in series], y)
        y += 26
    return frame(chart, y + 8, body)


def legend(names, y):
    body, x = [], 24
    for which, name in enumerate(names):
        body.append(f'  <rect x="{x}" y="{y}" width="14" height="14" rx="3" class="c{which % 6}"/>')
        body.append(text(x + 20, y + 12, name, "faint"))
        x += 44 + round(8.2 * len(name))
    return body


def step(most):
    """A round distance of the lines behind a chart, of which there are at most six."""
    raw = most / 5
    size = 10 ** math.floor(math.log10(raw))
    return next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= raw)


def lines(chart):
    """Points that are joined; None where a series has none."""
    left, right, top, bottom, height = 70, WIDTH - 40, 80, 330, 400
    xs = chart["x"]
    place = [math.log10(x) for x in xs] if chart.get("log_x") else [float(x) for x in xs]
    wide = (max(place) - min(place)) or 1
    most = max((number for numbers in chart["series"].values() for number in numbers if number), default=1)
    distance = step(most * 1.05)
    highest = math.ceil(most * 1.05 / distance) * distance

    def x_of(at):
        return left + (place[at] - min(place)) / wide * (right - left)

    def y_of(number):
        return bottom - number / highest * (bottom - top)

    body = []
    for count in range(round(highest / distance) + 1):
        y = y_of(count * distance)
        body.append(f'  <path d="M{left} {y:.1f}H{right}" class="line"/>')
        body.append(text(left - 10, y + 5, short(count * distance), "faint", "end"))
    body += [text(x_of(at), bottom + 22, f"{x:,}", "faint", "middle") for at, x in enumerate(xs)]
    for which, numbers in enumerate(chart["series"].values()):
        points = [(x_of(at), y_of(number)) for at, number in enumerate(numbers) if number is not None]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        body.append(f'  <path d="M{path}" class="c{which % 6}" stroke-width="2.5" style="fill: none"/>')
        body += [f'  <circle cx="{x:.1f}" cy="{y:.1f}" r="4" class="c{which % 6}"/>' for x, y in points]
    return frame(chart, height, body + legend(list(chart["series"]), bottom + 40))


def draw(chart):
    return {"bars": bars, "lines": lines}[chart["kind"]](chart)
