"""What members are paid, by which rates, to whom, and that it was paid once."""

from recompense.models.claims import Claim, Line, Receipt
from recompense.models.hands import Lowering
from recompense.models.payees import Payee
from recompense.models.payments import Payment, PaymentRun
from recompense.models.rates import Rate, RateCard

__all__ = ["Claim", "Line", "Lowering", "Payee", "Payment", "PaymentRun", "Rate", "RateCard", "Receipt"]
