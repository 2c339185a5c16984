"""A personal office: one owner's calendar, mail, files, contacts and tasks, worked by an assistant.

The rooms, the calendars of colleagues and the address book are seen by everybody; mail, files and tasks are
the owner's. Like most office software it does what it is told: it keeps rooms from being booked twice and
meetings from being moved by people who did not call them, and leaves the rest (working hours, who may read
what, when outsiders may be written to) to the people who use it.
"""

from tools.servers.office_calendar import CALENDAR_TOOLS
from tools.servers.office_files import FILE_TOOLS
from tools.servers.office_mail import MAIL_TOOLS
from tools.servers.office_people import CONTACT_TOOLS
from tools.servers.office_tasks import TASK_TOOLS
from tools.world import World

OFFICE = World(
    name="office",
    title="A personal office: calendar, mail, files, contacts and tasks",
    tools=(*CALENDAR_TOOLS, *MAIL_TOOLS, *FILE_TOOLS, *CONTACT_TOOLS, *TASK_TOOLS),
)
