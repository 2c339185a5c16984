"""The worlds of tau2's domains; `domains` is the one module that imports tau2."""
