"""Products: what is sold."""

from __future__ import annotations

from typing import Final

from connectkit.simulator.calls import Call
from connectkit.simulator.lists import listing
from connectkit.simulator.refusals import invalid
from connectkit.simulator.routing import Topic
from connectkit.simulator.searches import search
from connectkit.simulator.shapes import Object, merge_metadata
from connectkit.simulator.state import World

from .making import WORDS, new_product
from .prices import new_price

topic: Final = Topic("products")
topic.kind("product")


@topic.route("POST", "/v1/products", "ProductCreateParams", apart="tax_details")
def create(world: World, call: Call) -> Object:
    """Make a product, and its price if one is described."""
    product = new_product(world, call.account, call.params)
    if "default_price_data" in call.params:
        product["default_price"] = new_price(world, call.account, call.params["default_price_data"], product["id"])[
            "id"
        ]
    return product


@topic.route("GET", "/v1/products/search", "ProductSearchParams")
def find(world: World, call: Call) -> Object:
    """Search products."""
    return search(world.table(call.account, "product"), call)


@topic.route("GET", "/v1/products/:id", "ProductRetrieveParams")
def retrieve(world: World, call: Call) -> Object:
    """Give a product, or say that it is deleted."""
    return world.deleted(call.account, "product", call.id) or world.get(call.account, "product", call.id)


@topic.route("POST", "/v1/products/:id", "ProductUpdateParams", apart="tax_details")
def update(world: World, call: Call) -> Object:
    """Change a product."""
    product, params = world.get(call.account, "product", call.id), call.params
    told: Object = {name: None if params[name] == "" else params[name] for name in WORDS if name in params}
    if "default_price" in params:
        price = world.get(call.account, "price", params["default_price"], param="default_price")
        if price["product"] != product["id"]:
            raise invalid("The price specified belongs to another product.", param="default_price")
        told["default_price"] = price["id"]
    before = {name: product[name] for name in [*told, *(["metadata"] if "metadata" in params else []), "updated"]}
    product |= {**told, "updated": world.clock.now}
    merge_metadata(product, params)
    world.emit("product.updated", product, previous=before)
    return product


@topic.route("DELETE", "/v1/products/:id", "ProductDeleteParams")
def delete(world: World, call: Call) -> Object:
    """Delete a product that has no price."""
    product = world.get(call.account, "product", call.id)
    if next(world.table(call.account, "price").where(product=call.id), None) is not None:
        raise invalid("This product cannot be deleted because it has one or more user-created prices.")
    world.emit("product.deleted", product)
    return world.delete(product)


@topic.route("GET", "/v1/products", "ProductListParams")
def index(world: World, call: Call) -> Object:
    """List products, newest first."""
    ids = call.params.get("ids")
    filters = {name: call.params.get(name) for name in ("active", "shippable", "type", "url")}
    return listing(
        world.table(call.account, "product"), call, lambda product: ids is None or product["id"] in ids, **filters
    )
