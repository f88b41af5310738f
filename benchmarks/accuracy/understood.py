"""How much of data sets is understood with no option: ``python -m benchmarks.understood PATH...``.

Each PATH, a file or folder, is a data set of one maker. A row tells the records that it has, the share of them that are
articles, and the shares of these whose source, time of publication, title and address are known; below the table stand
the columns that were taken, and the outcomes of what was not used as it stands.
"""

import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any

from benchmarks import command
from syndetect.errors import InputError
from syndetect.reading import sources
from syndetect.reading.notes import LEFT_OUT, Notes

_KNOWN = ("source", "published", "title", "url")


def measure(path: str) -> tuple[dict[str, Any], Notes]:
    """The row of a data set, and what was noted while it was read."""
    notes, articles, known = Notes(strict=False), 0, Counter[str]()
    try:
        for frame, _ in sources.batches(path, on_skip=notes, on_columns=notes.add_columns):
            articles += frame.height
            known.update({name: frame.height - frame[name].null_count() for name in _KNOWN})
    except InputError as error:
        print(f"{path}: {error}", file=sys.stderr)
    records = articles + sum(outcome == LEFT_OUT for _, _, outcome in notes.rows)
    shares = {name: round(known[name] / articles, 3) if articles else None for name in _KNOWN}
    row = {"data": path, "records": records, "articles": round(articles / max(records, 1), 3), **shares}
    return row, notes


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    options = command.parser(__doc__ or "")
    options.add_argument("paths", nargs="+", metavar="PATH")
    given = options.parse_args(arguments)
    rows = [measure(path) for path in given.paths]
    command.print_table([row for row, _ in rows])
    for row, notes in rows:
        taken = "; ".join(f"{ours}: {', '.join(names)}" for ours, names in notes.columns.items() if names)
        outcomes = Counter(outcome for _, _, outcome in notes.rows)
        print(f"\n{row['data']}\n  columns: {taken or 'none'}")
        for outcome, number in outcomes.items():
            reason = next(reason for _, reason, other in notes.rows if other == outcome)
            print(f"  {number:,} {outcome}: {reason}")
    command.write_json(given.json, {"understood": [row for row, _ in rows]})


if __name__ == "__main__":
    main()
