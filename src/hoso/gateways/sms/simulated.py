"""The telephone of a demonstration: messages are kept encrypted and shown on a page, and go nowhere.

Only a data folder marked as a demonstration has it (config/settings.py), never one with real persons.
"""

from hoso.core.messages.simulated_sms import keep


class SimulatedSms:
    def send(self, to: str, text: str) -> None:
        keep(to, text)
