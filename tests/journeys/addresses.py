"""Which addresses the tests of accessibility look at, and which not and why. A new address must be placed here."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

PUBLIC = {
    *["wagtail_serve", "learning:check", "learning:checked", "demo_mail", "api:docs"],
    *["account_login", "account_signup", "account_reset_password", "account_reset_password_done", "account_inactive"],
    *["learning:credentials", "learning:credential_make", "learning:credential_secret", "learning:credential_off"],
    *["learning:credential_on", "learning:credential_complete", "learning:credential_store"],
    *["learning:statements", "learning:statement"],
    *["learning:forwarding", "learning:forwarder_new", "learning:forwarder", "learning:forwarder_change"],
    "learning:forwarder_remove",
    *["learning:statistics", "learning:records"],
    *["account_deleted", "account_reset_password_from_key", "account_reset_password_from_key_done"],
}
PLAYER = {
    "dashboard",
    "learning:mine",
    "learning:play",
    "learning:finish",
    "learning:certificate",
    "learning:checked",
    "wagtail_serve",
}
ACCOUNT = {
    *["account:home", "account:name", "account:contact", "account:work", "account:consents", "your_data", "delete_account"],
    *["account_email_verification_sent", "account_email", "account_change_password", "account_reauthenticate", "account_logout"],
    *["mfa_index", "mfa_activate_totp", "mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes"],
    *["mfa_authenticate", "mfa_reauthenticate", "usersessions_list", "tokens:index", "tokens:make", "tokens:revoke"],
}
# Only where the host of BASE_URL is a name: test_passkeys.py.
PASSKEYS = {
    *["mfa_list_webauthn", "mfa_add_webauthn", "mfa_edit_webauthn", "mfa_remove_webauthn", "mfa_reauthenticate_webauthn"],
    *["mfa_index", "mfa_authenticate"],  # which then say more
}
FINANCE = {
    *["recompense:queue", "recompense:decide", "recompense:ask", "recompense:lower", "recompense:reject"],
    *[
        "recompense:runs",
        "recompense:prepare",
        "recompense:run",
        "recompense:cancel_run",
        "recompense:refuse_run",
        "recompense:mark_paid",
    ],
}
COORDINATOR = {  # panels: what they do; the buttons among them stand in LEFT_OUT
    *["panels:queue", "panels:desk_campaigns", "panels:desk_campaign", "panels:desk_campaign_new", "panels:desk_campaign_revise"],
    *["panels:desk_campaign_preview", "panels:desk_campaign_open", "panels:desk_campaign_extend", "panels:desk_campaign_close"],
    *["panels:desk_campaign_complete", "panels:desk_campaign_cancel", "panels:desk_applications", "panels:desk_application"],
    *["panels:desk_contact", "panels:desk_turn_down", "panels:desk_offer", "panels:desk_take_back", "panels:desk_members"],
    *["panels:desk_member", "panels:desk_member_end", "panels:desk_meetings", "panels:desk_meeting_new"],
    *["panels:desk_meeting_move", "panels:desk_meeting_cancel", "panels:desk_attendance"],
    *["panels:coordinators", "panels:coordinator_release"],
}
MODERATOR = {
    *["panels:moderate", "panels:moderate_one", "panels:moderate_original", "panels:moderate_concern", "panels:moderate_sort"],
    *["panels:moderate_preview", "panels:moderate_send_back", "panels:moderate_decline", "panels:told", "panels:desk_told"],
    "panels:moderate_pictures",
}
PANELS = {
    *["panels:campaign", "panels:start", "panels:asked", "panels:link", "panels:withdrawn", "panels:erased"],
    *["panels:applications", "panels:application", "panels:answer", "panels:district", "panels:name", "panels:later"],
    *["panels:check", "panels:sent", "panels:withdraw", "panels:memberships", "panels:publication", "panels:leave"],
    *["panels:offer", "panels:decline", "panels:closed", "panels:cannot_open"],
}
TELLER = {
    *["panels:hear", "panels:come_back", "panels:tell_device", "panels:tell_begin", "panels:tell_about", "panels:tell_words"],
    *["panels:tell_agree", "panels:tell_check", "panels:tell_keep", "panels:tell_sent", "panels:tell_status"],
    *["panels:tell_take_back", "panels:tell_gone", "panels:tell_pictures"],
}
CLAIMANT = {
    *["recompense:claims", "recompense:claim", "recompense:add_cost", "recompense:change_cost", "recompense:account"],
    *["recompense:first_account", "recompense:other", "recompense:withdraw", "recompense:rates"],
}
LEFT_OUT = {
    "panels:moderate_next": "leads on to the next experience",
    "panels:moderate_take": "takes posts and leads on",
    "panels:moderate_publish": "takes posts and leads on",
    "panels:moderate_keep": "takes posts and leads on",
    "panels:desk_next": "leads on to the next application",
    "panels:desk_shortlist": "takes posts and leads on",
    "panels:desk_put_back": "takes posts and leads on",
    "health_live": "JSON",
    "health_ready": "JSON",
    "robots": "a file for machines",
    "favicon": "leads to a picture",
    "manifest": "a file for machines",
    "sitemap": "a file for machines",
    "picture": "a file",
    "panels:leave_device": "takes posts and leads on",
    "panels:tell_close": "takes posts and leads on",
    "panels:tell_leave": "leads to another site",
    "panels:tell_open": "leads on",
    "panels:tell_copy": "a file",
    "panels:tell_picture": "a picture",
    "panels:moderate_picture": "a picture",
    "panels:story_picture": "a picture",
    "panels:stories_feed": "a file for machines",
    "learning:register": "takes posts and leads on",
    "learning:open": "takes posts and leads on",
    "learning:leave": "takes posts and leads on",
    "recompense:start": "takes posts and leads on",
    "recompense:remove_cost": "takes posts and leads on",
    "recompense:put_fee_back": "takes posts and leads on",
    "recompense:receipt": "a picture",
    "recompense:check": "takes posts and leads on",
    "recompense:approve": "takes posts and leads on",
    "recompense:export": "takes posts and leads on",
    "recompense:download": "a file",
    "recompense:letter": "a file; tests/recompense/test_documents.py",
    "learning:certificate_pdf": "a file; tests/learning/test_certificate_pdf.py",
    "learning:statistics_csv": "a file",
    "learning:statistics_xlsx": "a file",
    "learning:statement_json": "a file",
    "learning:forwarder_switch": "takes posts and leads on",
    "learning:forwarder_test": "takes posts and leads on",
    "learning:forwarder_again": "takes posts and leads on",
    "learning:forwarder_again_all": "takes posts and leads on",
    "mfa_download_recovery_codes": "a file",
    "account_set_password": "leads on: every account has a password",
    "account_confirm_login_code": "leads on: codes instead of a password are off",
    "wagtaildocs_serve": "a file",
    "wagtaildocs_authenticate_with_password": "no page or document has a password: set-up offers none",
    "wagtailcore_authenticate_with_password": "no page or document has a password: set-up offers none",
    "wagtailcore_login": "leads to account_login",
    "no name: admin/login/": "leads to account_login",
    "no name: admin/account/": "leads to account:home",
    "no name: admin/logout/": "is account_logout",
    "no name: ^admin/password_reset/": "leads to account_reset_password",
    "no name: _util/login/": "leads to account_login",
}
MACHINES = {"api", "xapi"}  # JSON, but for api:docs
OTHERS = {"admin/"}  # Wagtail's own screens


def known() -> Iterator[str]:
    """The name of every address of the platform, with its namespaces."""
    yield from (
        name for name in _known(get_resolver(), "", "") if not MACHINES & {name.partition(":")[0], name[9:].partition("/")[0]}
    )


def _known(resolver: URLResolver, path: str, spaces: str) -> Iterator[str]:
    for entry in resolver.url_patterns:
        route = path + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield spaces + entry.name if entry.name else f"no name: {route}"
        elif route not in OTHERS:
            yield from _known(entry, route, spaces + (f"{entry.namespace}:" if entry.namespace else ""))
