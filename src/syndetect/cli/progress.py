"""Progress bars on standard error."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from syndetect.errors import one_line
from syndetect.runtime.progress import Progress, Silent, quantity

if TYPE_CHECKING:
    from rich.progress import Progress as Bars


class TerminalProgress:
    """A progress with one bar a stage, its rate and the time left."""

    def __init__(self, bars: "Bars") -> None:
        self._bars = bars
        self._task = bars.add_task("", total=None, visible=False, unit="", done="", rate="")

    def stage(self, name: str, total: int | None, unit: str) -> None:
        """Fill the bar of the previous stage, and begin the next."""
        self._end()
        self._task = self._bars.add_task(name, total=total, unit=unit, done="", rate="")

    def advance(self, n: int) -> None:
        """Advance the current bar by ``n`` units."""
        task = self._bars.tasks[self._task]
        done, seconds, unit = task.completed + n, task.elapsed or 0.0, task.fields["unit"]
        rate = f"{quantity(done / seconds, unit)}/s" if seconds else ""
        self._bars.update(self._task, advance=n, done=quantity(done, unit), rate=rate)

    def note(self, text: str) -> None:
        """Print a line above the bars."""
        self._bars.console.print(one_line(text), markup=False, highlight=False)

    def _end(self) -> None:
        """Fill the current bar, whose stage may have counted fewer units than its total."""
        done = self._bars.tasks[self._task].completed
        self._bars.update(self._task, total=done or 1, completed=done or 1)


@contextmanager
def on_stderr(*, quiet: bool = False) -> Iterator[Progress]:
    """A progress on standard error for the length of a block; silent if quiet, or if that is not a terminal.

    The bars disappear when the block ends, before the command prints its totals.
    """
    if quiet or sys.stderr is None or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield Silent()
        return
    from rich.console import Console  # noqa: PLC0415  (off the path of --help and of a quiet scan)
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn  # noqa: PLC0415
    from rich.progress import Progress as Bars  # noqa: PLC0415

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
        TextColumn("{task.fields[done]}", markup=False, justify="right"),
        TextColumn("{task.fields[rate]}", markup=False, justify="right"),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    with Bars(*columns, console=Console(file=sys.stderr), transient=True) as bars:
        yield TerminalProgress(bars)
