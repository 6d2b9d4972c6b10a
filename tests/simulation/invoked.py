"""The signer as its callers have it: another function, in a process of its own.

Whatever happens inside, a crash too, its caller only hears that no answer came.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tests.simulation.loop import CrashError, Loop, Process, Signal
from understudy.domain.errors import SigningUnavailableError

if TYPE_CHECKING:
    from tests.simulation.results import Results
    from understudy.domain.intents import Intent, SigningAnswer
    from understudy.ports.signing import Signer

FUNCTION_MS = 10_000
ANSWER_MS = 3_000


class InvokedSigner:
    """Implements `Signer` by invoking another one; `results` hears of what that gives out."""

    def __init__(self, loop: Loop, signer: Signer, results: Results) -> None:
        self._loop = loop
        self._signer = signer
        self._results = results

    def sign(self, intents: Sequence[Intent]) -> Sequence[SigningAnswer]:
        """Sign each intent or refuse it; raises SigningUnavailableError when no answer comes."""
        answers: list[Sequence[SigningAnswer] | Exception] = []
        answered = Signal()

        def work() -> None:
            answers.append(self._answer(intents))
            answered.set()

        self._loop.spawn(work)
        self._loop.wait_for(answered, ANSWER_MS)
        self._loop.refuse_overtime()
        if not answers:
            raise SigningUnavailableError("the signer did not answer in time")
        if isinstance(answers[0], Exception):
            raise SigningUnavailableError("the signer failed") from answers[0]
        return answers[0]

    def _answer(self, intents: Sequence[Intent]) -> Sequence[SigningAnswer] | Exception:
        process = Process(self._loop.now_ms + FUNCTION_MS)
        self._loop.join(process)
        try:
            answers = self._signer.sign(intents)
        except CrashError:
            process.crash()
            return SigningUnavailableError("the signer's process is gone")
        except SigningUnavailableError as error:
            return error
        self._results.given_out(answers)
        return answers
