"""What somebody can be to a claim: by whose hand it went, and what their role lets them do with it."""

CLAIMANT, CHECKER, APPROVER = "claimant", "checker", "approver"
HANDS = {CLAIMANT: "claimant", CHECKER: "checked_by", APPROVER: "approved_by"}  # and where a claim says so
MAY_CHECK, MAY_APPROVE, MAY_PAY = "may_check", "may_approve", "may_pay"
STAFF = {MAY_CHECK: "recompense.check_claims", MAY_APPROVE: "recompense.approve_claims", MAY_PAY: "recompense.pay_claims"}
