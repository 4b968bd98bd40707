"""Mentoring: who learns from whom."""
