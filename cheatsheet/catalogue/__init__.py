"""YAML with places → entries → reports."""
