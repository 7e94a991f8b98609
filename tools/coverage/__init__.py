"""What the catalogue covers of other collections: each formula a row, and a verified claim where it can be one."""
