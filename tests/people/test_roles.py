"""Who may do what."""

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.core.management.base import CommandError
from wagtail.models import GroupCollectionPermission, GroupPagePermission

from core import errors
from core.models import AuditEvent
from people import roles


def page_permissions(role):
    return set(GroupPagePermission.objects.filter(group__name=role).values_list("page_id", "permission__codename"))


def test_an_author_writes_and_publishes_below_the_list_of_courses_and_nowhere_else(learning_index, synced_roles):
    acts = ["add_page", "change_page", "publish_page"]
    assert page_permissions("author") == {(learning_index.pk, act) for act in acts}


def test_an_editor_may_change_every_page(home, synced_roles):
    assert (home.get_root().pk, "change_page") in page_permissions("editor")


def test_authors_and_editors_put_pictures_and_files_in_the_library(home, synced_roles):
    held = GroupCollectionPermission.objects.filter(group__name="author").values_list("permission__codename", flat=True)
    assert {"add_image", "choose_image", "add_document"} <= set(held)


def test_only_statistics_officers_and_administrators_see_the_figures(ed, val, sam, person):
    admin = person("Ada Admin")
    roles.grant(admin, "administrator")
    seers = [user for user in [ed, val, sam, admin] if fresh(user).has_perm("learning.view_statistics")]
    assert seers == [val, admin]


def test_a_statistics_officer_has_no_business_in_the_editor(val):
    assert not fresh(val).has_perm("wagtailadmin.access_admin")


def test_syncing_twice_changes_nothing(learning_index, synced_roles):
    before = snapshot()
    call_command("sync_roles")
    assert snapshot() == before


def test_syncing_takes_back_what_was_given_by_hand(learning_index, synced_roles):
    before = snapshot()
    author, editor = Group.objects.get(name="author"), Group.objects.get(name="editor")
    author.permissions.add(*Group.objects.get(name="administrator").permissions.all())
    GroupPagePermission.objects.filter(group=editor).update(group=author)
    Group.objects.create(name="Friends of the author")
    roles.sync()
    assert snapshot() == before


def test_whoever_has_a_role_is_staff_and_whoever_loses_the_last_is_not(sam, synced_roles):
    roles.grant(sam, "author")
    roles.grant(sam, "editor")
    assert fresh(sam).is_staff
    roles.revoke(sam, "author")
    assert fresh(sam).is_staff
    roles.revoke(sam, "editor")
    assert not fresh(sam).is_staff
    assert not fresh(sam).needs_second_factor


def test_granting_and_revoking_are_audited_once_each(sam, val, synced_roles):
    for act in [roles.grant, roles.grant, roles.revoke, roles.revoke]:
        act(sam, "author", by=val)
    events = AuditEvent.objects.filter(subject=sam.audit_key).values_list("act", "actor", "before", "after")
    assert list(events) == [("role.granted", val.audit_key, "", "author"), ("role.revoked", val.audit_key, "author", "")]


def test_there_is_no_role_by_another_name(sam, synced_roles):
    with pytest.raises(errors.DomainError) as refused:
        roles.grant(sam, "superuser")
    assert refused.value.code == "role_unknown"


def test_a_role_can_be_given_at_the_command_line(sam, synced_roles, capsys):
    call_command("role", "SAM@example.com", "editor")
    assert roles.of(sam) == ["editor"]
    call_command("role", "sam@example.com", "editor", "--revoke")
    assert roles.of(sam) == []
    assert "none" in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("role", "nobody@example.com", "editor")


@pytest.mark.parametrize("address", ["/admin/users/", "/admin/groups/", "/admin/users/new/", "/admin/groups/new/"])
def test_accounts_and_roles_have_no_side_door_in_the_editor(address, client, second_factor, person, home):
    root = person("Ruth Root", is_staff=True, is_superuser=True)
    assert second_factor(client, root).get(address).status_code in {302, 403, 404}


def test_an_administrator_looks_after_the_list_of_organisations(client, second_factor, person, synced_roles, home, hospital):
    admin = person("Ada Admin")
    roles.grant(admin, "administrator")
    page = second_factor(client, admin).get("/admin/snippets/people/organisation/")
    assert page.status_code == 200
    assert hospital.name in page.content.decode()


@pytest.mark.parametrize("address", ["/admin/", "/admin/pages/", "/admin/images/", "/admin/documents/"])
def test_an_author_opens_the_editor(address, client, second_factor, learning_index, ed):
    roles.sync()
    assert second_factor(client, ed).get(address, follow=True).status_code == 200


def test_a_name_has_no_side_door_in_the_editor(client, second_factor, learning_index, ed):
    answer = second_factor(client, ed).get("/admin/account/")
    assert answer.url == "/account/"


def fresh(user):
    return type(user).objects.get(pk=user.pk)


def snapshot():
    groups = {(g.name, p.codename) for g in Group.objects.all() for p in g.permissions.all()}
    pages = set(GroupPagePermission.objects.values_list("group__name", "page_id", "permission__codename"))
    files = set(GroupCollectionPermission.objects.values_list("group__name", "collection_id", "permission__codename"))
    return set(Group.objects.values_list("name", flat=True)), groups, pages, files
