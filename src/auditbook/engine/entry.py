"""What papermill finds at its entry point ``papermill.engine`` under the name ``auditbook``.

papermill loads it in the middle of its own import, and another module may have begun that import; so nothing of papermill
is imported before an engine is really asked for something.
"""

from __future__ import annotations

from typing import Any


class Engine:
    """Stands for ``forking.ForkingEngine``, which is imported at the first call."""

    @classmethod
    def execute_notebook(cls, *given: Any, **named: Any) -> Any:
        """As ``papermill.engines.Engine.execute_notebook``."""
        return _engine().execute_notebook(*given, **named)

    @classmethod
    def nb_kernel_name(cls, *given: Any, **named: Any) -> Any:
        """As ``papermill.engines.Engine.nb_kernel_name``."""
        return _engine().nb_kernel_name(*given, **named)

    @classmethod
    def nb_language(cls, *given: Any, **named: Any) -> Any:
        """As ``papermill.engines.Engine.nb_language``."""
        return _engine().nb_language(*given, **named)


def _engine() -> Any:
    from auditbook.engine.forking import ForkingEngine

    return ForkingEngine
