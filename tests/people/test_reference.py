"""What every installation has from the first day."""

from django.core.management import call_command

from people import reference
from people.models import District, Organisation, StaffGroup


def test_there_are_ten_districts_each_with_its_code(reference_data):
    assert District.objects.count() == 10
    assert District.objects.get(gss_code="E08000010").name == "Wigan"


def test_the_staff_groups_of_the_electronic_staff_record_are_all_there(reference_data):
    assert StaffGroup.objects.exclude(esr_name="").count() == 9
    assert StaffGroup.objects.last().name == "Other or not said"


def test_loading_twice_changes_nothing(reference_data):
    before = [model.objects.count() for model in [District, StaffGroup, Organisation]]
    call_command("load_reference")
    assert [model.objects.count() for model in [District, StaffGroup, Organisation]] == before


def test_another_region_brings_its_own_districts(db, tmp_path):
    file = tmp_path / "districts.yaml"
    file.write_text("- {name: Leeds, gss_code: E08000035}\n")
    District.objects.all().delete()
    reference.load(file)
    assert list(District.objects.values_list("name", flat=True)) == ["Leeds"]
