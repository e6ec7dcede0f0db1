"""Figures asked for in one way by the own API and by every screen: question, answer, explanation, pivot, charts, map."""
