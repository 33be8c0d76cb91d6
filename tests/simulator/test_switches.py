"""What is decided in the simulator where nobody outside Stripe can know, as it is documented."""

from __future__ import annotations

from dataclasses import fields

from connectkit.simulator.money.switches import Switch, Switches, described


def test_every_switch_is_described() -> None:
    assert [switch.name for switch in described()] == [field.name for field in fields(Switches)]
    assert all(switch.about.endswith(".") for switch in described())


def test_a_switch_tells_how_it_stands_and_how_else_it_can() -> None:
    found = {switch.name: switch for switch in described()}
    assert found["fees_in_rows"].default == "`True`"
    assert found["fees_in_rows"].others == "`False`"
    assert found["fx_fee"].others == "another number"
    assert found["pricing"][1:3] == ("`Pricing()`", "another `Pricing`")
    about = "How half a minor unit is rounded in a share."
    assert found["reversal_tie"] == Switch("reversal_tie", "`half_up`", "`half_even`", about)
