"""Who may do what: the table of roles, and the acts that give and take them.

A role is a Django group of the same name. `sync` makes the groups say what the table says, no more and no less,
so that a permission given by hand does not last.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page

from core import audit, errors
from people.models import User

ADMIN = "wagtailadmin.access_admin"
WRITE = ("wagtailcore.add_page", "wagtailcore.change_page", "wagtailcore.publish_page")
# Wagtail asks for the permissions of its own two models, whichever models stand in for them.
FILES = (
    *(f"wagtailimages.{act}_image" for act in ["add", "change", "choose"]),
    *(f"wagtaildocs.{act}_document" for act in ["add", "change", "choose"]),
)
LISTS = tuple(
    f"{app}.{act}_{kind}"
    for app, kind in [("people", "organisation"), ("people", "staffgroup"), ("panels", "panel"), ("panels", "theme")]
    for act in ["view", "add", "change"]
)
EVERYWHERE = "root"


@dataclass(frozen=True)
class Role:
    """Permissions by app and codename. `under` names the page type below which the page permissions hold."""

    permissions: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    under: str = EVERYWHERE
    files: tuple[str, ...] = ()


ROLES = {
    "author": Role(permissions=(ADMIN,), pages=WRITE, under="learning.learningindexpage", files=FILES),
    "editor": Role(permissions=(ADMIN,), pages=(*WRITE, "wagtailcore.lock_page", "wagtailcore.unlock_page"), files=FILES),
    "statistics officer": Role(permissions=("learning.view_statistics",)),
    "coordinator": Role(permissions=("panels.coordinate",)),
    "moderator": Role(permissions=("panels.moderate_experiences",)),
    "claims checker": Role(permissions=("recompense.check_claims",)),
    "claims approver": Role(permissions=("recompense.approve_claims",)),
    "finance officer": Role(permissions=("recompense.pay_claims",)),
    "administrator": Role(
        permissions=(
            ADMIN,
            "learning.view_statistics",
            "learning.view_statements",
            "learning.manage_credentials",
            "learning.manage_forwarding",
            "panels.assign_coordinators",
            "api.manage_webhooks",
            *LISTS,
        ),
        pages=(*WRITE, "wagtailcore.lock_page", "wagtailcore.unlock_page", "wagtailcore.bulk_delete_page"),
        files=FILES,
    ),
}


@transaction.atomic
def sync() -> None:
    """Make the groups say what the table says. Groups that are no role, such as Wagtail's own two, go."""
    Group.objects.exclude(name__in=ROLES).delete()
    for name, role in ROLES.items():
        group, _made = Group.objects.get_or_create(name=name)
        group.permissions.set(_permissions(role.permissions))
        _set_pages(group, role)
        _set_files(group, role)


@transaction.atomic
def grant(person: User, role: str, *, by: User | None = None) -> None:
    """Give a role. Whoever has one is staff, and needs a second factor from the next page on."""
    group = _group(role)
    row = User.objects.select_for_update().get(pk=person.pk)
    if row.groups.filter(pk=group.pk).exists():
        return
    row.groups.add(group)
    _set_staff(person)
    audit.record("role.granted", person, by=by, after=role)


@transaction.atomic
def revoke(person: User, role: str, *, by: User | None = None) -> None:
    group = _group(role)
    row = User.objects.select_for_update().get(pk=person.pk)
    if not row.groups.filter(pk=group.pk).exists():
        return
    row.groups.remove(group)
    _set_staff(person)
    audit.record("role.revoked", person, by=by, before=role)


def of(person: User) -> list[str]:
    """The names of somebody's roles."""
    return list(person.groups.filter(name__in=ROLES).order_by("name").values_list("name", flat=True))


def _group(role: str) -> Group:
    if role not in ROLES:
        raise errors.DomainError(_("There is no role called “%s”") % role, code="role_unknown", field="role")
    return Group.objects.get(name=role)


def _set_staff(person: User) -> None:
    person.is_staff = bool(of(person))
    person.save(update_fields=["is_staff"])


def _permissions(names: Iterable[str]) -> list[Permission]:
    return [
        Permission.objects.get(content_type__app_label=app, codename=code) for app, code in (name.split(".") for name in names)
    ]


def _set_pages(group: Group, role: Role) -> None:
    pages = list(_top_pages(role)) if role.pages else []
    wanted = {(page.pk, permission.pk) for page in pages for permission in _permissions(role.pages)}
    held = {(row.page_id, row.permission_id): row.pk for row in GroupPagePermission.objects.filter(group=group)}
    GroupPagePermission.objects.filter(pk__in=[pk for key, pk in held.items() if key not in wanted]).delete()
    for page, permission in wanted - held.keys():
        GroupPagePermission.objects.create(group=group, page_id=page, permission_id=permission)


def _top_pages(role: Role) -> Iterable[Page]:
    if role.under == EVERYWHERE:
        return Page.objects.filter(depth=1)
    app, model = role.under.split(".")
    return Page.objects.filter(content_type__app_label=app, content_type__model=model)


def _set_files(group: Group, role: Role) -> None:
    root = Collection.get_first_root_node() or Collection.add_root(instance=Collection(name="Root"))
    wanted = {permission.pk for permission in _permissions(role.files)}
    held = GroupCollectionPermission.objects.filter(group=group)
    held.exclude(collection=root, permission__in=wanted).delete()
    for permission in wanted - set(held.values_list("permission_id", flat=True)):
        GroupCollectionPermission.objects.create(group=group, collection=root, permission_id=permission)
