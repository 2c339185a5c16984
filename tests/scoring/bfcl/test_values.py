"""Types are met exactly, and an answer's alternatives are all there is."""

from typing import Any

import pytest

from tests.scoring.bfcl.tasks import both

CITY = {"city": ["Rome"]}
WRONG_TYPE = ("wrong_type", "wrong_type")
WRONG_VALUE = ("wrong_value", "wrong_value")
RIGHT = ("", "")


@pytest.mark.parametrize(
    ("key", "given", "found"),
    [
        ({"days": [2]}, {"days": 2}, RIGHT),
        ({"days": [2]}, {"days": 3}, WRONG_VALUE),
        ({"days": [2]}, {"days": "2"}, WRONG_TYPE),
        ({"days": [2]}, {"days": 2.0}, WRONG_TYPE),
        ({"days": [1]}, {"days": True}, WRONG_TYPE),
        ({"days": [1, 2]}, {"days": 2}, RIGHT),
        ({"days": ["n_days"]}, {"days": "n_days"}, RIGHT),
        ({"days": ["n_days"]}, {"days": "N_DAYS"}, ("wrong_value", "")),
        ({"budget": [2.0]}, {"budget": 2}, RIGHT),
        ({"budget": [2]}, {"budget": 2.0}, RIGHT),
        ({"budget": [2.0]}, {"budget": 10**400}, WRONG_TYPE),
        ({"insured": [True]}, {"insured": 1}, WRONG_TYPE),
        ({"insured": [True]}, {"insured": False}, WRONG_VALUE),
        ({"stops": [["Pisa", "Siena"]]}, {"stops": ["pisa", "Siena"]}, RIGHT),
        ({"stops": [["Pisa", "Siena"]]}, {"stops": ["Siena", "Pisa"]}, WRONG_VALUE),
        ({"stops": [["Pisa"]]}, {"stops": "Pisa"}, WRONG_TYPE),
        ({"stops": [["Pisa"]]}, {"stops": [1]}, WRONG_TYPE),
        ({"stops": [["Pisa"], ""]}, {"stops": []}, RIGHT),
        ({"prices": [[1.0, 2.5]]}, {"prices": [1, 2.5]}, ("wrong_type", "")),
        ({"prices": [[1, 2.5]]}, {"prices": [True, 2.5]}, WRONG_TYPE),
        ({"window": [[1, 2]]}, {"window": (1, 2)}, RIGHT),
        ({"stops": [["a", "b"]]}, {"stops": ("a", "b")}, WRONG_TYPE),
        ({"guests": [[{"name": ["Ann"], "age": [3, ""]}]]}, {"guests": [{"name": "ann"}]}, RIGHT),
        ({"guests": [[{"name": ["Ann"]}]]}, {"guests": [{"name": "Ann"}, {"name": "Bo"}]}, WRONG_VALUE),
        ({"guests": [[{"name": ["Ann"]}], ""]}, {"guests": ["Ann"]}, WRONG_VALUE),
        ({"options": [{"pool": [True], "floor": [1, ""]}]}, {"options": {"pool": True}}, RIGHT),
        ({"options": [{"pool": [True]}]}, {"options": {"pool": True, "bar": 1}}, WRONG_VALUE),
        ({"options": [{"pool": [True]}]}, {"options": {}}, WRONG_VALUE),
        ({"options": [{"pool": [True]}]}, {"options": {"pool": 1}}, ("", "wrong_value")),
        ({"options": [{"unit": "metre"}]}, {"options": {"unit": "metre"}}, ("wrong_value", "")),
        ({"options": [{"at": [{"x": 1}]}]}, {"options": {"at": {"x": 1}}}, RIGHT),
        ({"note": ["yes"]}, {"note": "Yes"}, RIGHT),
        ({"note": [""]}, {"note": ""}, RIGHT),
        ({"note": ["yes"]}, {"note": None}, WRONG_TYPE),
    ],
)
def test_a_value_is_right_when_its_type_and_one_alternative_are(
    key: dict[str, list[Any]], given: dict[str, Any], found: tuple[str, str]
) -> None:
    assert both({**CITY, **key}, city="Rome", **given) == found
