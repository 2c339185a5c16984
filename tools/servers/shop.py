"""The customer service desk of an online shop.

Like most real back ends it refuses what cannot be done (a parcel that left is not cancelled, an article that
is sold out is not sent) and leaves to the clerk what should not be done: return windows, final sale, purchase
limits, the size of a goodwill card and whose coupon it is stand in the policy alone. A state holds `shop`
(its terms) and the collections `customers`, `products`, `orders`, `shipments`, `coupons`, `gift_cards`,
`returns`, `exchanges`, `refunds`, `notes`, `tickets`, `alerts`, each by id.
"""

from tools.servers import shop_aftersales as aftersales
from tools.servers import shop_catalog as catalog
from tools.servers import shop_customers as customers
from tools.servers import shop_orders as orders
from tools.world import World, reads, writes

SHOP = World(
    name="shop",
    title="Customer service of an online shop",
    tools=(
        reads(customers.find_customers),
        reads(customers.get_customer),
        writes(customers.update_contact),
        writes(customers.save_address),
        reads(customers.list_notes),
        writes(customers.add_note),
        writes(customers.open_ticket),
        reads(catalog.search_products),
        reads(catalog.get_product),
        reads(catalog.get_coupon),
        writes(catalog.alert_when_in_stock),
        reads(orders.list_orders),
        reads(orders.get_order),
        writes(orders.place_order),
        writes(orders.change_order_items),
        writes(orders.change_delivery_address),
        writes(orders.apply_coupon),
        writes(orders.cancel_order),
        reads(orders.track_shipment),
        writes(orders.reschedule_delivery),
        reads(aftersales.list_returns),
        writes(aftersales.create_return),
        writes(aftersales.cancel_return),
        writes(aftersales.create_exchange),
        writes(aftersales.issue_refund),
        reads(aftersales.get_gift_card),
        writes(aftersales.issue_gift_card),
    ),
)
