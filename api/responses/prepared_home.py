"""Home files from prepared rows: the bytes that `home_file.py` would give, without reading the release row by row.

`home_file.py` is the judge: tests compare the two byte by byte for every role. Not here: who may see which row
(warehouse/prepared/scope.py), the form of a row (row_template.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from pydantic import BaseModel, TypeAdapter

from api.responses.finding_file import Finding, with_texts
from api.responses.home_file import Dwelling, DwellingFile, Household, HouseholdFile, Member, Title
from api.responses.prepared_claims import ClaimTemplates
from api.responses.row_template import Pick, RowTemplate, Source, as_json, column_sources, label_source
from api.responses.tickets import Matter, Ticket
from api.view import View
from warehouse.access.masking import MASKS
from warehouse.access.policy import NotFound
from warehouse.cross_check.live_status import LiveFindings
from warehouse.prepared.columns import NotPrepared, require_row_scope, shown_fields
from warehouse.prepared.layout import FINDING, MATTER_FIELDS, NULL
from warehouse.prepared.reader import Fields, HomeLayout
from warehouse.prepared.scope import HouseholdMember, ScopedHome

FINDINGS: Final = TypeAdapter(list[Finding])
HERE: Final = ("household_no", "relation_to_head", "lives_here", "registered_here")  # what depends on the home
TRUTH: Final = (b"false", b"true")


class PreparedFile(NamedTuple):
    """A home file as JSON, and the rows it shows."""

    content: bytes
    home: ScopedHome


def prepared_household_file(
    view: View, templates: HomeTemplates | None, household_id: str, live_findings: LiveFindings
) -> PreparedFile | None:
    """The file of a household as JSON; None if it must be read row by row, which also tells who may not see it."""
    home = view.prepared_household(household_id) if templates else None
    if templates is None or home is None:
        return None
    household = templates.household.render(home.households[0])
    dwelling = templates.dwelling.render(home.dwelling) if home.dwelling else NULL
    own = {"household": household, "dwelling": dwelling}
    return PreparedFile(_answer(HouseholdFile, templates.common_fields(view, home, live_findings) | own), home)


def prepared_dwelling_file(
    view: View, templates: HomeTemplates | None, dwelling_id: str, live_findings: LiveFindings
) -> PreparedFile | None:
    """The file of a dwelling as JSON; None if it must be read row by row, which also tells who may not see it."""
    home = view.prepared_dwelling(dwelling_id) if templates else None
    if templates is None or home is None or home.dwelling is None:
        return None
    own = {
        "dwelling": templates.dwelling.render(home.dwelling),
        "households": templates.household.render_all(home.households),
    }
    return PreparedFile(_answer(DwellingFile, templates.common_fields(view, home, live_findings) | own), home)


def _answer(model: type[BaseModel], fields: Mapping[str, bytes]) -> bytes:
    pairs = [b'"%s":%s' % (name.encode(), fields[name]) for name in model.model_fields]
    return b"{%s}" % b",".join(pairs)


def home_templates(view: View) -> HomeTemplates | None:
    """The templates for a view's release and treatment of columns; None if the prepared file does not suffice for it."""
    layout = view.home_layout
    try:
        return HomeTemplates(view, layout) if layout else None
    except (NotPrepared, NotFound):  # made by other contracts than today's, or a role that sees no homes
        return None


class HomeTemplates:
    """Templates of everything in a home file, for one treatment of the columns. NotPrepared if the file lacks something."""

    def __init__(self, view: View, home_layout: HomeLayout) -> None:
        layout = home_layout.fields

        def table(name: str, model: type[BaseModel], labels: bool = True) -> RowTemplate:
            return RowTemplate(
                model, column_sources(view.grant(name), layout[name], view.code_labels(name) if labels else None)
            )

        self.dwelling, self.household = table("dwelling", Dwelling), table("household", Household, labels=False)
        self._title, self._ticket = table("title", Title), table("ticket", Ticket)
        self._member = RowTemplate(Member, _member_sources(view, layout["person"]))
        self._matter = RowTemplate(Matter, _matter_sources(view))
        self._claims = ClaimTemplates(view, home_layout.claim_kinds)
        require_row_scope(view.grant("residence"))
        self._sees_relations = _sees_fully(view, "residence", "relation_to_head", or_not_at_all=True)
        _sees_fully(view, "household", "household_no")
        self._finding = shown_fields(view.grant(FINDING), layout[FINDING])
        self._name = _named_field(view, "person", "name", layout)
        self._address = _named_field(view, "dwelling", "standard_address", layout)

    def common_fields(self, view: View, home: ScopedHome, live_findings: LiveFindings) -> dict[str, bytes]:
        """The fields of `HomeFile` as JSON."""
        return {
            "release": as_json(view.release_id),
            "members": self._members(home.members),
            "titles": self._title.render_all(home.titles),
            "tickets": self._ticket.render_all(home.tickets),
            "matters": self._matter.render_all(home.matters),
            "attributes": self._claims.render(home.claims),
            **self._findings(view, home, live_findings),
        }

    def _members(self, members: Sequence[HouseholdMember]) -> bytes:
        """Members in the order of `home_file.py`: those registered here by their relation to the head, then the others."""
        relations = [m.relation if self._sees_relations else NULL for m in members]
        shown = [
            (
                not m.registered_here,
                b'"99"' if relation == NULL else relation,
                m.person_id,
                self._with_home(m, relation),
            )
            for m, relation in zip(members, relations, strict=True)
        ]
        return self._member.render_all([fields for *_, fields in sorted(shown)])

    def _with_home(self, member: HouseholdMember, relation: bytes) -> Fields:
        """The fields of a person with those of `HERE`."""
        return [*member.fields, member.household_no, relation, TRUTH[member.lives_here], TRUTH[member.registered_here]]

    def _findings(self, view: View, home: ScopedHome, live_findings: LiveFindings) -> dict[str, bytes]:
        """The findings in their present state; few homes have any, so they are made as everywhere else."""
        if not home.findings:
            return {"findings": b"[]", "open_findings": b"0"}
        found = [{name: f[field] if field else None for name, field in self._finding.items()} for f in home.findings]
        names = {f["person_id"]: f[self._name] if self._name else None for f in home.findings if f["person.in_scope"]}
        addresses = {
            f["dwelling_id"]: f[self._address] if self._address else None
            for f in home.findings
            if f["dwelling.in_scope"]
        }
        households = {f["household_id"] for f in home.findings if f["household.in_scope"]}
        current = live_findings(found)
        shown = with_texts(view, current, names, addresses, households)
        return {
            "findings": FINDINGS.dump_json(FINDINGS.validate_python(shown)),
            "open_findings": as_json(live_findings.count_waiting(current)[home.id]),
        }


def _member_sources(view: View, names: Sequence[str]) -> dict[str, Source]:
    """A person's columns with labels, then those of `HERE`, which follow them in the fields."""
    found = column_sources(view.grant("person"), names, view.code_labels("person"))
    here = {name: Pick(len(names) + n) for n, name in enumerate(HERE)}
    labels = view.code_labels("residence")["relation_to_head"]
    return found | here | {"relation_to_head_label": label_source(here["relation_to_head"], labels)}


def _matter_sources(view: View) -> dict[str, Source]:
    found: dict[str, Source] = {name: Pick(n) for n, name in enumerate(MATTER_FIELDS)}
    labels = view.code_labels("ticket")["request_class"]
    return found | {"request_class_label": label_source(found["request_class"], labels)}


def _sees_fully(view: View, table: str, column: str, or_not_at_all: bool = False) -> bool:
    """True if the role sees the column in full. NotPrepared if it does not, unless its mask leaves nothing of it."""
    grant = view.grant(table)
    treatment = grant.treatments.get(column)
    nothing = treatment == "mask" and grant.columns[column].mask not in MASKS
    if treatment != "full" and not (or_not_at_all and nothing):
        raise NotPrepared(f"{table}.{column}")
    return treatment == "full"


def _named_field(view: View, table: str, column: str, layout: Mapping[str, Sequence[str]]) -> str | None:
    """The name in a prepared finding of a column of what it names; None if the role's mask leaves nothing of it."""
    shown = shown_fields(view.grant(table), layout[table])
    if column not in shown:
        raise NotPrepared(f"{table}.{column}")
    return f"{table}.{shown[column]}" if shown[column] else None
