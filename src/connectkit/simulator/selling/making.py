"""A new product."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from connectkit.simulator.refusals import invalid
from connectkit.simulator.shapes import Object, merge_metadata
from connectkit.simulator.state import World

WORDS: Final = (
    *("active", "description", "images", "marketing_features", "name", "package_dimensions", "shippable"),
    *("statement_descriptor", "tax_code", "unit_label", "url"),
)
"""What can be said of a product."""


def new_product(world: World, account: str, params: Mapping[str, Any], *, active: bool = True) -> Object:
    """Make a product.

    Raises:
        Refusal: There is one of its id.
    """
    id: str = params.get("id") or world.ids.new("prod")
    if world.table(account, "product").get(id) is not None:
        raise invalid(f"Product already exists: {id}", param="id", code="resource_already_exists")
    nothing: Object = {"active": active, "images": [], "marketing_features": []}
    product = world.add(
        account,
        {
            "id": id,
            "object": "product",
            **dict.fromkeys(WORDS),
            **nothing,
            **{name: params[name] for name in WORDS if name in params},
            "created": world.clock.now,
            "default_price": None,
            "livemode": world.livemode,
            "metadata": {},
            "type": params.get("type", "service"),
            "updated": world.clock.now,
        },
    )
    merge_metadata(product, params)
    world.emit("product.created", product)
    return product
