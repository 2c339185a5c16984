"""Larch counts the tools of one hire shop, prices their hires and writes the bills.

Everything is in one JSON file beside the till. A command reads the file, changes it and writes it back; there is
no server and there are no threads. Money is whole cents throughout, and time is what the caller says it is: no
function in this package looks at the clock, apart from the command line.

Where the rest of the code speaks of the yard it means the gate at 7 Pennant Wharf, and the counter is the shop
in Larch Street, which has no parking and from which nothing larger than a wheelbarrow leaves.
"""

__version__ = "3.8.1"
