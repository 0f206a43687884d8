"""Checks of rules that only Rentalot has."""
