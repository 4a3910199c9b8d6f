"""What a fault says, as columns of a row: its code, its sentence and what to do next."""

from config.errors import Fault
from models.storable import storable

# A row that nothing is wrong with.
UNTOLD = dict.fromkeys(("error_code", "error", "next_step"))


def told(fault: Fault, otherwise: str = "") -> dict[str, str]:
    """Values of `error_code`, `error` and `next_step`; `otherwise` where a fault names no step."""
    return {
        "error_code": fault.code,
        "error": storable(fault.sentence),
        "next_step": storable(fault.next_step or otherwise),
    }
