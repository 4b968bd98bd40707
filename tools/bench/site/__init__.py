"""What the platform is compared with; installed by the bench's own settings alone."""
