"""Addresses of the staff web."""

urlpatterns: list[object] = []
