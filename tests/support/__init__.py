"""What the tests stand on: databases, promised jobs, a browser, races."""
