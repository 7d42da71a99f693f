import pytest

from streetaudit.city.catalogue import load_catalogue, shipped_catalogue
from streetaudit.errors import ConfigError
from streetaudit.structures.city import Problem
from streetaudit.structures.taxonomy import CLASSES

SHIPPED = {problem.name: problem for problem in load_catalogue(shipped_catalogue())}


def test_the_shipped_catalogue_has_the_five_problems() -> None:
    assert list(SHIPPED) == ["litter", "street_stall", "illegal_ad", "mis_parked_vehicle", "overflowing_bin"]
    watched = {name for problem in SHIPPED.values() for name in problem.classes}
    assert set(CLASSES) - watched == {"bin", "person"}
    assert all(dict(problem.title).keys() == {"en", "zh"} for problem in SHIPPED.values())


@pytest.mark.parametrize(
    ("name", "codes", "limit_h", "clock"),
    [
        pytest.param("litter", ("06010", "0110", "0102"), 4.0, "work", id="litter"),
        pytest.param("street_stall", ("09006", "0406", "0501"), 2.0, "continuous", id="stall"),
        pytest.param("illegal_ad", ("07001", "0201", "0201"), 8.0, "work", id="ad"),
        pytest.param("mis_parked_vehicle", ("09009", "0409", "0505"), None, "work", id="vehicle"),
        pytest.param("overflowing_bin", ("06042", None, None), 4.0, "work", id="bin-without-national-code"),
    ],
)
def test_codes_and_limits_of_the_reference(
    name: str, codes: tuple[str | None, ...], limit_h: float | None, clock: str
) -> None:
    problem = SHIPPED[name]
    listed = dict(problem.codes)
    assert tuple(listed.get(scheme) for scheme in ("gb47678", "gb30428", "cjt214")) == codes
    assert (problem.limit_h, problem.clock) == (limit_h, clock)


def test_a_minimal_problem_takes_the_defaults() -> None:
    assert load_catalogue('[[problem]]\nname = "x"\nclasses = ["bin"]') == (Problem("x", ("bin",)),)


HEAD = '[[problem]]\nname = "x"\nclasses = ["bin"]\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("[[problem", "no valid TOML", id="no-toml"),
        pytest.param("", "wants [[problem]] tables", id="empty"),
        pytest.param("problem = 3", "wants [[problem]] tables", id="number"),
        pytest.param(HEAD + "[other]", "nothing else", id="other-table"),
        pytest.param('[[problem]]\nclasses = ["bin"]', "problem 1: name is missing", id="no-name"),
        pytest.param('[[problem]]\nname = "x"', "classes is missing", id="no-classes"),
        pytest.param(HEAD + HEAD, "'x' twice", id="twice"),
        pytest.param(HEAD + "min_confidnce = 0.5", "did you mean 'min_confidence'", id="misspelt-key"),
        pytest.param('[[problem]]\nname = "x"\nclasses = ["car"]', "'car' is not known", id="unknown-class"),
        pytest.param('[[problem]]\nname = "x"\nclasses = "bin"', "write a list", id="no-list"),
        pytest.param(HEAD + 'forbidden_in = ["no_park"]', "did you mean 'no_parking'", id="unknown-zone"),
        pytest.param(HEAD + "codes = { gb47678 = 6010 }", "no zero is lost", id="code-a-number"),
        pytest.param(HEAD + "min_confidence = 1.5", "from 0 to 1", id="confidence"),
        pytest.param(HEAD + "min_probability = 0.2", "from 0.5 to 1", id="probability"),
        pytest.param(HEAD + 'clock = "urgent"', "want one of work, continuous", id="clock"),
        pytest.param(HEAD + "stationary = 1", "true or false", id="flag"),
        pytest.param(HEAD + "min_frames = 0", "whole number", id="frames"),
        pytest.param(HEAD + "min_frames = true", "whole number", id="frames-a-flag"),
        pytest.param('[[problem]]\nname = 3\nclasses = ["bin"]', "write text", id="name-a-number"),
    ],
)
def test_a_bad_catalogue_is_refused(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_catalogue(text)
    assert message in str(caught.value)
