"""`streetaudit config`: what is set, and what could be."""

import json

import typer

from streetaudit.commands.options import ConfigFile, Json
from streetaudit.config import Config, load_config


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    verbs = typer.Typer(no_args_is_help=True, help="Show the configuration.")
    verbs.command("show")(show)
    app.add_typer(verbs, name="config")


def show(config: ConfigFile = None, as_json: Json = False) -> None:
    """Print every setting with its value, defaults included."""
    loaded = load_config(config)
    if as_json:
        typer.echo(loaded.model_dump_json(indent=2))
        return
    typer.echo("\n".join(_toml_lines(loaded)))


def _toml_lines(config: Config) -> list[str]:
    lines: list[str] = []
    values = config.model_dump(mode="json")
    for section, fields in values.items():
        for entry in fields if isinstance(fields, list) else [fields]:
            lines.append(f"[[{section}]]" if isinstance(fields, list) else f"[{section}]")
            lines += [_line(name, value) for name, value in entry.items()]
            lines.append("")
    return lines


def _line(name: str, value: object) -> str:
    # JSON's strings, numbers, booleans and arrays are valid TOML; TOML has no null.
    return f"# {name} is not set" if value is None else f"{name} = {json.dumps(value, ensure_ascii=False)}"
