"""Render one invoice as a document: to standard output, or into a file."""

from pathlib import Path

import click

from cli.ground import ground
from cli.output import Output
from cli.scope import organization_option
from cli.verb import verb


@verb
@click.argument("number")
@click.option(
    "--as", "form", type=click.Choice(["json", "html"]), required=True, help="What it is to be."
)
@click.option(
    "-o",
    "--output",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write it here instead of standard output.",
)
@organization_option
def command(
    out: Output, number: str, form: str, file: Path | None, organization: str | None
) -> None:
    """Render the invoice of NUMBER as a document.

    Example: taxpoynt invoices render INV-000001 --as html -o invoice.html
    """
    with ground():
        from cli.paper import found
        from documents import invoice_html, invoice_json

        render = {"json": invoice_json.render, "html": invoice_html.render}[form]
        text = render(found.invoice(organization, number))
    answer = {"number": number, "as": form}
    if file is not None:
        file.write_text(text, encoding="utf-8")
        out.answer({**answer, "file": str(file)}, f"Written to {file}.")
    elif out.as_json:
        out.answer({**answer, "document": text}, "")
    else:
        click.echo(text, nl=False)
