"""Security servers in the operator's list, and the registers that are reached over them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.connectors.partners import ListedPartner, PartnerList
from onewindow.roads import registers, security_servers
from onewindow.settings import Settings
from onewindow.settings_reader import BadSettings

PERSONS = "AZ/GOV/00000002/population/persons"
WHERE = {"ONEWINDOW_REGISTERS": "driver=http://127.0.0.1:8091", "ONEWINDOW_SECRET_DRIVER_KEY": "s3cret"}


def listed(*, name: str = "road", kind: str = "xroad", **options: str) -> ListedPartner:
    said = {"client": "AZ/GOV/00000001/onewindow", **{key.replace("_", "."): value for key, value in options.items()}}
    return ListedPartner(name=name, kind=kind, url="https://road.example", options=said)


def test_registers_with_an_address_and_those_over_x_road_stand_side_by_side() -> None:
    settings = Settings.load({**WHERE, "ONEWINDOW_REGISTER_VALIDITY_DAYS": "population=2"})
    servers = security_servers(settings, PartnerList([listed(register_population=PERSONS)]))

    driver, population = registers(settings, servers)

    assert (driver.name, driver.url, driver.key_reference, driver.over) == (
        "driver", "http://127.0.0.1:8091", "driver-key", None,
    )  # fmt: skip
    assert population.over is not None
    assert (population.name, str(population.over.service)) == ("population", PERSONS)
    assert population.valid_for == timedelta(days=2)


def test_partners_of_other_kinds_are_not_its_matter() -> None:
    assert security_servers(Settings.load({}), PartnerList([listed(kind="http", nonsense="x")])) == ()


@pytest.mark.parametrize(
    ("partners", "place"),
    [
        (
            [listed(register_driver=PERSONS)],
            "/partners/road/options/register.driver: The register driver is listed twice",
        ),
        (
            [listed(service_persons=PERSONS), listed(name="other", service_persons=PERSONS)],
            "/partners/other/options/service.persons: The service persons is listed twice",
        ),
        ([listed(client="nobody")], "/partners/road/options/client: Expected INSTANCE/CLASS/MEMBER/SUBSYSTEM"),
    ],
    ids=["a register with an address too", "one name of two servers", "no client"],
)
def test_a_wrong_list_stops_the_start_by_its_place(partners: list[ListedPartner], place: str) -> None:
    with pytest.raises(BadSettings) as caught:
        security_servers(Settings.load(WHERE), PartnerList(partners))
    assert place in caught.value.message
    assert caught.value.remedy
