"""Emergencies: freeze, retract the last entry, revert what a token did."""
