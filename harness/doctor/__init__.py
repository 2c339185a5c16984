"""Is an endpoint fit to be measured? What `longspan models doctor` looks at."""
