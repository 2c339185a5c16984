"""What an open-weight model needs: catalog, install, command line, start, ready, stop."""
