"""All mutants, by name."""

from __future__ import annotations

from tests.simulation.mutants.evidence import EVIDENCE
from tests.simulation.mutants.lanes import LANES
from tests.simulation.mutants.leaders import LEADERS
from tests.simulation.mutants.money import MONEY
from tests.simulation.mutants.mutant import Mutant
from tests.simulation.mutants.pinning import PINNING

MUTANTS: dict[str, Mutant] = {
    each.name: each for each in (*PINNING, *EVIDENCE, *MONEY, *LANES, *LEADERS)
}
