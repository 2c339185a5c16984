"""The wire formats that there are, by the name that a model is asked with."""

from collections.abc import Mapping

from harness.clients.chat import Chat
from harness.clients.messages import Messages
from harness.clients.responses import Responses
from harness.clients.wire import Wire
from harness.registry.provider import WireName

WIRES: Mapping[WireName, Wire] = {"chat": Chat(), "messages": Messages(), "responses": Responses()}
PATHS: Mapping[WireName, str] = {
    "chat": "/chat/completions",
    "responses": "/responses",
    "messages": "/messages",
}
"""Below an endpoint's base URL."""
