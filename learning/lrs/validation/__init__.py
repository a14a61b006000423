"""Is this a statement? The rules of the data chapter of xAPI 1.0.3 and of IEEE 9274.1.1 (xAPI 2.0.0).

The validator works on the parsed JSON, because what is stored is what was received. Each subject has a module; each
function takes a value and the path of the place where it stands, and raises `Invalid` at the first rule that is broken.
Clauses are those of "xAPI 1.0.3, part two: data" unless they say IEEE.
"""

from learning.lrs.validation.invalid import Invalid
from learning.lrs.validation.statement import check

__all__ = ["Invalid", "check"]
