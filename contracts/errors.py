"""The base class of the hub's errors. A message says what was expected, what was found, where, and what to do."""


class HubError(Exception):
    """An error a person can act on.

    `what` is one sentence without personal values; `where` names file, row or column; `remedy` is the next step.
    """

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        self.what, self.where, self.remedy = what, where, remedy
        super().__init__(str(self))

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head} -> {self.remedy}" if self.remedy else head


class ContractError(HubError):
    """A contract or code list is wrong; `where` is `file:line`."""


class DeliveryError(HubError):
    """A delivered file cannot be read as its contract says; the file stays in landing."""


class ReleaseError(HubError):
    """A release is missing, damaged or failed its audit; the served release is untouched."""


class AccessError(HubError):
    """The policy has no rule that allows this."""
