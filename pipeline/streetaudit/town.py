"""What a configuration says of the city: its problems, zones and cells, and the rules and desk that work on them."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from streetaudit.casework.merge import Merging
from streetaudit.city.calendar import country_calendar
from streetaudit.city.catalogue import load_catalogue, shipped_catalogue
from streetaudit.city.cells import Grid
from streetaudit.city.deadlines import WorkingTime
from streetaudit.city.facts import Describer
from streetaudit.city.rules import Rules
from streetaudit.config import Config
from streetaudit.errors import ConfigError
from streetaudit.io.city_map import read_cells, read_zones
from streetaudit.structures.city import Cell, Problem, Zone


@dataclass(frozen=True, slots=True)
class Town:
    """The city as an audit and as the review server know it.

    Attributes:
        problems: The catalogue.
        zones: Of the city's map.
        cells: Of its unit grid; empty without one.
        rules: What counts as a problem.
        desk: Cell, responsible party, code and deadline of a new case.
        merging: Which case a sighting belongs to, and where the case then stands.
    """

    problems: tuple[Problem, ...]
    zones: tuple[Zone, ...]
    cells: tuple[Cell, ...]
    rules: Rules
    desk: Describer
    merging: Merging


def town_of(config: Config) -> Town:
    """The city of a configuration.

    Raises:
        StreetauditError: If a file that the configuration names is missing or wrong.
    """
    city = config.city
    problems, zones = catalogue_of(config), tuple(read_zones(config.path(name) for name in city.zones))
    cells = tuple(read_cells(config.path(city.grid))) if city.grid else ()
    timezone = ZoneInfo(city.timezone)
    calendar = country_calendar(city.country, holidays=city.holidays, workdays=city.workdays)
    return Town(
        problems=problems,
        zones=zones,
        cells=cells,
        rules=Rules(problems, zones, timezone=timezone, calendar=calendar, case_error_m=config.rules.case_error_m),
        desk=Describer(problems, zones, Grid(cells), WorkingTime(timezone, calendar), city.scheme),
        merging=Merging(config.rules.merge_radius_m, frozenset(c.name for c in config.camera if c.kind == "fixed")),
    )


def catalogue_of(config: Config) -> tuple[Problem, ...]:
    """The problems of the configured catalogue, or of the shipped one.

    Raises:
        ConfigError: If the file cannot be read or says something that cannot be meant.
    """
    if config.rules.catalogue is None:
        return load_catalogue(shipped_catalogue())
    path = config.path(config.rules.catalogue)
    try:
        return load_catalogue(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read the catalogue {path}: {error}; see [rules] catalogue") from error
