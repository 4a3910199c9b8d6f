"""The restaurants that a connection reads."""

from typing import Any

import pytest

from config.errors import Fault, PermanentError, TransientError
from connectors.base.errors import AccessRefusedError, GoneError
from connectors.toast.places import PARTNERS
from tests.unit.connectors.answering import Fake, path, refusal, restaurant, toast


def test_the_partner_lists_its_restaurants():
    listed = [
        {"restaurantGuid": "r1", "deleted": False},
        {"restaurantGuid": "r2", "deleted": True},
        {"restaurantGuid": None},
    ]
    http = Fake({PARTNERS: listed, path("r1"): restaurant()})
    (found,) = toast().locations(http).sites
    assert (found.external_id, found.name) == ("r1", "Nori – Harbour")
    assert (found.time_zone, found.currency, found.closeout_hour) == ("America/New_York", "USD", 3)
    assert (found.group_id, found.archived) == ("group-1", False)
    assert http.asked[0].location == ""
    assert http.asked[1].location == "r1"
    assert http.asked[1].query == {"includeArchived": "true"}


def test_a_restaurant_has_the_brand_of_its_chain_and_its_country():
    at = {**restaurant(archived=True), "location": {"country": "US"}}
    (found,) = toast(restaurants=["r1"]).locations(Fake({path("r1"): at})).sites
    assert (found.brand, found.country, found.archived) == ("Nori", "US", True)


@pytest.mark.parametrize("told", [None, {}, {"country": None}, {"country": "United States"}])
def test_a_country_that_is_told_otherwise_is_left_out(told: object):
    at = {**restaurant(name=None), "location": told}
    (found,) = toast(restaurants=["r1"]).locations(Fake({path("r1"): at})).sites
    assert (found.brand, found.country) == (None, None)


def group(guid: str) -> str:
    return f"/restaurants/v1/groups/{guid}/restaurants"


def test_whole_groups_of_the_named_restaurants_are_read_once_each():
    answers = {
        path("r1"): restaurant(),
        path("r2"): restaurant(),
        path("r3"): restaurant(managementGroupGuid="group-2"),
        path("r4"): restaurant(managementGroupGuid="group-2"),
        group("group-1"): [{"guid": "r2"}, {"guid": "r1"}, {"guid": None}],
        group("group-2"): [{"guid": "r4"}, {"guid": "r3"}],
    }
    http = Fake(answers)
    found = toast(restaurants=["r1", "r3"], whole_groups=True).locations(http)
    assert [site.external_id for site in found.sites] == ["r1", "r3", "r2", "r4"]
    asked = [(request.path, request.location) for request in http.asked]
    assert len(asked) == len(set(asked)) == 6
    # A group is asked for in the name of one of its restaurants.
    assert (group("group-2"), "r3") in asked


def test_groups_are_left_alone_unless_they_are_asked_for():
    http = Fake({path("r1"): restaurant()})
    assert len(toast(restaurants=["r1"]).locations(http).sites) == 1
    assert len(http.asked) == 1


@pytest.mark.parametrize("answer", [refusal(), 404, TransientError("toast.timeout", "Late.")])
def test_a_group_that_cannot_be_listed_makes_nobody_gone(answer: object):
    http = Fake({path("r1"): restaurant(), group("group-1"): answer})
    with pytest.raises(Fault):
        toast(restaurants=["r1"], whole_groups=True).locations(http)


def test_a_restaurant_of_a_group_that_cannot_be_read_hides_no_other():
    answers = {
        path("r1"): restaurant(),
        path("r2"): refusal(),
        group("group-1"): [{"guid": "r2"}],
        PARTNERS: refusal(),
    }
    found = toast(restaurants=["r1"], whole_groups=True).locations(Fake(answers))
    assert [site.external_id for site in found.sites] == ["r1"]
    assert set(found.unread) == {"r2"}


def test_a_restaurant_that_is_listed_twice_is_read_once():
    twice = [{"restaurantGuid": "r1"}, {"restaurantGuid": "r1"}]
    http = Fake({PARTNERS: twice, path("r1"): restaurant()})
    assert len(toast().locations(http).sites) == 1
    assert len(http.asked) == 2


def test_restaurants_named_in_the_settings_are_not_listed():
    http = Fake({path("r1"): restaurant(locationName="Nori", closeoutHour=None)})
    (found,) = toast(restaurants=["r1"]).locations(http).sites
    assert (found.name, found.closeout_hour) == ("Nori", 4)


@pytest.mark.parametrize(
    ("listing", "said"),
    [(refusal(), "can't list"), (404, "no list"), ([], "no restaurants")],
)
def test_without_a_list_it_says_what_to_add(listing: object, said: str):
    with pytest.raises(PermanentError, match=said) as caught:
        toast().locations(Fake({PARTNERS: listing}))
    assert "restaurants" in caught.value.next_step


def test_another_refusal_of_the_list_is_passed_on():
    with pytest.raises(PermanentError) as caught:
        toast().locations(Fake({PARTNERS: refusal("toast.token_refused")}))
    assert caught.value.code == "toast.token_refused"


def test_one_restaurant_that_cannot_be_read_is_told_and_does_not_hide_the_rest():
    listed = [{"restaurantGuid": guid} for guid in ("r1", "r2", "r3")]
    http = Fake(
        {path("r1"): refusal(), path("r2"): restaurant(), path("r3"): 404, PARTNERS: listed}
    )
    found = toast(restaurants=["r1", "r2", "r3"]).locations(http)
    assert len(found.sites) == 1
    assert {guid: fault.code for guid, fault in found.unread.items()} == {
        "r1": "toast.not_granted",
        "r3": "toast.location_unusable",
    }


def test_a_named_restaurant_that_a_partners_list_has_no_longer_is_gone():
    answers = {
        path("r1"): refusal(),
        path("r2"): 404,
        path("r3"): refusal(),
        PARTNERS: [{"restaurantGuid": "r2", "deleted": True}, {"restaurantGuid": "r3"}],
    }
    found = toast(restaurants=["r1", "r2", "r3"]).locations(Fake(answers))
    gone = [guid for guid, fault in found.unread.items() if isinstance(fault, GoneError)]
    assert gone == ["r1", "r2"]
    assert set(found.unread) == {"r1", "r2", "r3"}


def test_the_first_restaurant_that_can_be_read_proves_the_credentials():
    http = Fake({path("r1"): refusal(), path("r2"): restaurant()})
    assert toast(restaurants=["r1", "r2"]).probe(http).account
    with pytest.raises(PermanentError):
        toast(restaurants=["r1"]).probe(http)


def test_refused_credentials_are_not_tried_for_each_restaurant():
    refused = AccessRefusedError("toast.credentials_refused", "No.")
    http = Fake({path("r1"): restaurant(), path("r2"): refused, path("r3"): refused})
    with pytest.raises(AccessRefusedError):
        toast(restaurants=["r1", "r2", "r3"]).locations(http)
    assert [request.location for request in http.asked] == ["r1", "r2"]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (refusal(), "toast.not_granted"),
        (404, "toast.location_unusable"),
        (restaurant(currencyCode=None), "toast.location_unusable"),
        (restaurant(timeZone=""), "toast.location_unusable"),
    ],
)
def test_when_none_can_be_read_the_first_reason_is_told(answer: object, code: str):
    with pytest.raises(PermanentError) as caught:
        toast(restaurants=["r1"]).locations(Fake({path("r1"): answer, PARTNERS: refusal()}))
    assert caught.value.code == code
    assert caught.value.next_step


@pytest.mark.parametrize(
    ("general", "said"),
    [
        ({"timeZone": "GMT-05:00"}, "time zone 'GMT-05:00'"),
        ({"timeZone": "America"}, "time zone 'America'"),
        ({"timeZone": "../x"}, "time zone '../x'"),
        ({"timeZone": "x" * 400}, "time zone 'xxx"),
        ({"timeZone": 5}, "time zone 5"),
        ({"closeoutHour": 24}, "hour 24"),
        ({"closeoutHour": -1}, "hour -1"),
        ({"closeoutHour": 4.5}, "hour 4.5"),
        ({"closeoutHour": "4"}, "hour '4'"),
        ({"closeoutHour": True}, "hour True"),
        ({"currencyCode": "DOLLAR"}, "takes 'DOLLAR'"),
        ({"currencyCode": "us$"}, "takes 'us$'"),
        ({"currencyCode": 840}, "takes 840"),
    ],
)
def test_what_no_sale_can_be_counted_with_is_told_and_hides_no_other(
    general: dict[str, Any], said: str
):
    answers = {path("r1"): restaurant(**general), path("r2"): restaurant(closeoutHour=23)}
    with pytest.raises(PermanentError, match="r1") as caught:
        toast(restaurants=["r1"]).locations(Fake(answers))
    assert caught.value.code == "toast.location_unusable"
    assert said in caught.value.sentence
    assert caught.value.next_step
    (found,) = toast(restaurants=["r1", "r2"]).locations(Fake(answers)).sites
    assert (found.external_id, found.closeout_hour) == ("r2", 23)


def test_a_garbled_description_is_tried_again():
    with pytest.raises(TransientError):
        toast(restaurants=["r1"]).locations(Fake({path("r1"): [1]}))
