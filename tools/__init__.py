"""The MCP side: open a scenario's servers, offer their tools, call one, snapshot what changed."""
