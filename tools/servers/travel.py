"""A travel agency's desk: travellers, flights, bookings, hotels, trains, credits and points.

The tools are grouped by what they are about, one module each (`travel_flights`, `travel_bookings`, …); what
the state holds is told in `travel_state`.
"""

from tools.servers.travel_bookings import (
    book_flight,
    cancel_booking,
    cancel_segment,
    change_flight,
    get_booking,
    list_bookings,
    quote_change,
    remove_passenger,
    set_bags,
    set_seat,
)
from tools.servers.travel_flights import get_fare_rules, get_flight, list_departures, search_flights
from tools.servers.travel_stays import book_hotel, cancel_stay, change_stay, list_stays, search_hotels
from tools.servers.travel_trains import (
    book_train,
    change_train,
    list_rail_orders,
    refund_train,
    search_trains,
)
from tools.servers.travel_travellers import (
    add_note,
    find_travellers,
    get_traveller,
    issue_credit,
    list_bulletins,
    redeem_points,
    update_traveller,
)
from tools.world import World, reads, writes

TRAVEL = World(
    name="travel",
    title="A travel agency's desk: flights, bookings, hotels, trains, credits and points",
    tools=(
        reads(find_travellers),
        reads(get_traveller),
        reads(list_bulletins),
        reads(search_flights),
        reads(list_departures),
        reads(get_flight),
        reads(get_fare_rules),
        reads(list_bookings),
        reads(get_booking),
        reads(quote_change),
        reads(search_hotels),
        reads(list_stays),
        reads(search_trains),
        reads(list_rail_orders),
        writes(book_flight),
        writes(change_flight),
        writes(cancel_booking),
        writes(cancel_segment),
        writes(remove_passenger),
        writes(set_seat),
        writes(set_bags),
        writes(book_hotel),
        writes(change_stay),
        writes(cancel_stay),
        writes(book_train),
        writes(change_train),
        writes(refund_train),
        writes(issue_credit),
        writes(redeem_points),
        writes(update_traveller),
        writes(add_note),
    ),
)
