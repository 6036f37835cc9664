"""The settings of logins and passwords; `warehouse/settings.py` reads them from the environment with all others.

The defaults meet GB/T 22239-2019 (等保2.0) level 3, 8.1.4.1: complex passwords that are changed at intervals, limited
wrong tries, sessions that end by themselves. NIST SP 800-63B would not ask for changes at intervals: `password_days=0`.
"""

from __future__ import annotations

from pydantic import BaseModel, Field


class LoginRules(BaseModel):
    """Terms, limits and passwords' rules; each is a setting."""

    session_hours: int = Field(12, ge=1, description="How long a login lasts at most.")
    session_idle_minutes: int = Field(60, ge=1, description="Minutes without a request after which a login ends.")
    token_hours: int = Field(
        24, ge=1, le=24 * 90, description="Longest life of a token that a user makes for a script."
    )
    login_tries: int = Field(
        5, ge=1, description="Wrong tries of one device or address at one name before each next one has to wait."
    )
    login_spread: int = Field(
        20, ge=1, description="Names that one address, or addresses that one name, may fail with before the same."
    )
    login_wait_minutes: int = Field(15, ge=1, description="Longest wait between two tries; it doubles from 1 second.")
    password_length: int = Field(10, ge=8, le=200, description="Fewest characters of a password.")
    password_kinds: int = Field(
        3, ge=1, le=4, description="Of small letters, capitals, digits and others, how many kinds it has at least."
    )
    password_days: int = Field(90, ge=0, description="Days after which a password must be changed; 0: never.")
    password_first_change: bool = Field(
        True, description="A password that an operator has set must be changed at the first login."
    )
    second_factor_roles: str = Field(
        "", pattern=r"^([a-z_]+(,[a-z_]+)*)?$", description="Roles that must have a second factor, with commas."
    )
    oidc_issuer: str = Field(
        "", description="Issuer of single sign-on (OpenID Connect), an https:// address; empty: off."
    )
    oidc_client_id: str = Field("", description="Name of the hub at the issuer.")
    oidc_secret: str = Field(
        "", pattern="^([a-z][a-z0-9_]*)?$", description="Secret of the hub at the issuer; empty: PKCE alone."
    )
    oidc_redirect_url: str = Field("", description="Address of our page /signed-in as browsers reach it.")
    oidc_claim: str = Field("preferred_username", description="Claim of the ID token that holds the hub's username.")

    @property
    def roles_with_second_factor(self) -> frozenset[str]:
        """The roles of `second_factor_roles`."""
        return frozenset(filter(None, self.second_factor_roles.split(",")))
