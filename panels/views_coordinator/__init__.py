"""What coordinators do, and administrators who put them in charge. For everybody else none of it exists."""
