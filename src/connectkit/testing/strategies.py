"""Any operation and any delivery, for Hypothesis."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from hypothesis import strategies as st

from connectkit.storage.records import Delivery, Identity, Operation, State

_counts = st.integers(min_value=0, max_value=2**31)
_zones = st.builds(timezone, st.timedeltas(timedelta(hours=-23), timedelta(hours=23)))
_times = st.datetimes(datetime(1970, 1, 2), datetime(9000, 1, 1), timezones=_zones)  # noqa: DTZ001  # the zones are drawn


def operations() -> st.SearchStrategy[Operation]:
    """Give operations with any text that UTF-8 can spell, any state, and any time to the microsecond in any zone."""
    return st.builds(
        Operation,
        identity=st.builds(
            Identity, tenant=st.text(), platform=st.text(), livemode=st.booleans(), key=st.text(), step=st.text()
        ),
        verb=st.text(),
        fingerprint=st.text(),
        request=st.text(),
        state=st.sampled_from(State),
        generation=_counts,
        token=_counts,
        version=_counts,
        doubt=st.booleans(),
        spent=st.booleans(),
        first_sent=_times,
        quiet_from=_times,
        lease_until=_times,
        object_id=st.text(),
        answer=st.text(),
        refusal=st.text(),
        created=_times,
        updated=_times,
        account=st.text(),
        amount=st.integers(0, 99_999_999_999_999),
        currency=st.text(),
        deferred=st.booleans(),
        priority=st.integers(-1000, 1000),
        due=_times,
        related_id=st.text(),
    )


def deliveries() -> st.SearchStrategy[Delivery]:
    """Give deliveries with any text and any bytes, which nobody has taken yet."""
    return st.builds(
        Delivery,
        scope=st.text(),
        event_id=st.text(),
        type=st.text(),
        body=st.binary(),
        ordering=st.text(),
        attempts=_counts,
        token=_counts,
        error=st.text(),
        change=st.text(),
        happened=_times,
    )
