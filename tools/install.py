"""What to install when a scenario's command is not there."""

_NPM = "npm install -g @modelcontextprotocol/server-{name}"
_PIP = "pip install mcp-server-{name}"

_INSTALLS = {
    **{f"mcp-server-{name}": _NPM.format(name=name) for name in ("everything", "filesystem", "memory")},
    "mcp-server-sequential-thinking": _NPM.format(name="sequential-thinking"),
    **{f"mcp-server-{name}": _PIP.format(name=name) for name in ("fetch", "git", "sqlite", "time")},
    "npx": "install Node.js 20 or later (https://nodejs.org)",
    "node": "install Node.js 20 or later (https://nodejs.org)",
    "uvx": "pip install uv",
    "docker": "install Docker (https://docs.docker.com/engine/install)",
}


def remedy(command: str) -> str:
    """What to do about a command that cannot be started."""
    install = _INSTALLS.get(command)
    if install is None:
        return "install it, or write its full path in the scenario's `command:`"
    return f"install it: {install}" if " install " in install else install
