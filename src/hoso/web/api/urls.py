"""Addresses of the own API."""

urlpatterns: list[object] = []
