"""A company's IT help desk: accounts, devices, licences, tickets, incidents, articles, approvals, audit log.

The systems behind it are trusting, as such systems are. They keep their own books consistent (no seat is
given twice, no loan lacks a due day) and leave the rest to the desk's policy: who has proven who they are,
what an owner must approve first, which priority a ticket deserves, when a ticket may be closed.
"""

from tools.servers.desk_accounts import ACCOUNT_TOOLS
from tools.servers.desk_devices import DEVICE_TOOLS
from tools.servers.desk_incidents import INCIDENT_TOOLS
from tools.servers.desk_licences import LICENCE_TOOLS
from tools.servers.desk_records import RECORD_TOOLS
from tools.servers.desk_tickets import TICKET_TOOLS
from tools.world import World

DESK = World(
    name="desk",
    title="A company's IT help desk: accounts, devices, licences, tickets and incidents",
    tools=(*ACCOUNT_TOOLS, *DEVICE_TOOLS, *LICENCE_TOOLS, *TICKET_TOOLS, *INCIDENT_TOOLS, *RECORD_TOOLS),
)
