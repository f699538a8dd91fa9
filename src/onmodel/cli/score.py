"""``onmodel score``: the judge for people who never open the web page."""

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onmodel.cli.command import command
from onmodel.cli.output import Answer, escape, output

if TYPE_CHECKING:
    from onmodel.identity.folders import Row, Sheet

# Every import inside a function here brings NumPy and the runner with it.


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "score")(score)


def score(
    folder: Annotated[Path, typer.Argument(help="The pictures: a folder, or one file.")],
    *,
    against: Annotated[
        str,
        typer.Option(help="Whom they should show: a folder of references, or a character's name."),
    ],
    table: Annotated[
        Path | None, typer.Option("--csv", help="Write a table here, one line a picture.")
    ] = None,
) -> Answer:
    """Say of every picture in a folder whether it is still the same character."""
    from onmodel.identity import folders

    with ExitStack() as stack:
        references: Path = Path(against)
        if not references.exists():
            from onmodel.cli.score_character import copy_references

            references = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            copy_references(against, references)
        pictures = folders.listing(folder)
        output.say(f"[dim]Measuring {len(pictures)} pictures …[/]")
        sheet = folders.score(pictures, against=references)
    if table is not None:
        table.write_text(sheet.to_csv(), encoding="utf-8")
    return Answer(sheet.to_json(), _words(sheet, table))


def _words(sheet: "Sheet", table: Path | None) -> str:
    lines = [_line(row) for row in sheet.rows]
    if sheet.mean_p_same is not None and sheet.mean_fidelity is not None:
        lines.append(
            f"\n{sheet.measured} of {len(sheet.rows)} pictures measured against "
            f"{sheet.references} references: mean p {sheet.mean_p_same:.0%}, mean fidelity "
            f"{sheet.mean_fidelity:.0f}."
        )
    if sheet.coherence.mean is not None:
        lines.append(f"Alike to each other: {sheet.coherence.mean:.0%} in the mean.")
    if sheet.copy_paste is not None and sheet.copy_paste.certain:
        lines.append(
            f"[yellow]They copy the references[/] (M {sheet.copy_paste.mean:.2f}; new pictures "
            "have about 0)."
        )
    measured = [row for row in sheet.rows if row.score]
    lines += [
        f"[yellow]The likeness moves at {escape(measured[one.start].name)}[/] "
        f"(distance {one.mean_before:.2f} before, {one.mean_after:.2f} after, "
        f"p {one.p_value:.3f})."
        for one in sheet.changes
    ]
    lines.append(f"[dim]{escape(sheet.basis)}[/]")
    if table is not None:
        lines.append(f"[dim]Table: {escape(table)}[/]")
    return "\n".join(lines)


def _line(row: "Row") -> str:
    from onmodel.identity.calibration import DIFFERENT, SAME
    from onmodel.identity.scoring import REASONS
    from onmodel.identity.words import percent

    if row.score is None:
        return f"[dim]–[/] {escape(row.name)}  not measurable: {REASONS[row.reason or 'no_face']}"
    p_same = row.score.p_same
    mark = (
        "[green]✓[/]" if p_same >= SAME else "[red]✗[/]" if p_same <= DIFFERENT else "[yellow]?[/]"
    )
    copied = f"  [yellow]copy of {escape(row.nearest)}[/]" if row.score.copy_paste else ""
    return (
        f"{mark} {escape(row.name)}  {percent(p_same)} "
        f"({percent(row.score.p_low)} to {percent(row.score.p_high)}), "
        f"fidelity {row.score.fidelity:.0f}{copied}"
    )
