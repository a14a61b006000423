"""Forms: what a reader sees, hears and is told when something is missing."""

import datetime
from decimal import Decimal

import pytest
from django import forms
from django.template import Context, Template

from core import errors
from pages import forms as page_forms
from pages.forms import DayField, GovukForm, NumberField, PoundsField


class Claim(GovukForm):
    name = forms.CharField(label="Your name", max_length=20, help_text="As you use it.")
    email = forms.EmailField(label="E-mail address")
    secret = forms.CharField(label="Password", widget=forms.PasswordInput)
    story = forms.CharField(label="What happened?", max_length=10, widget=forms.Textarea(attrs={"class": "own"}))
    way = forms.ChoiceField(label="Way of payment", choices=[("b", "By bank"), ("c", "In cash")], widget=forms.RadioSelect)
    needs = forms.MultipleChoiceField(choices=[("l", "Large print")], required=False, widget=forms.CheckboxSelectMultiple)
    day = DayField(label="Day of the meeting")
    photo = forms.FileField(label="Photo of the receipt")
    agree = forms.BooleanField(label="I agree")
    token = forms.CharField(widget=forms.HiddenInput, required=False)


class Foreign(forms.Form):
    """A form that we did not write."""

    login = forms.CharField(widget=forms.TextInput(attrs={"placeholder": "Type here"}))


def draw(source: str, **context) -> str:
    return Template("{% load kit %}" + source).render(Context(context))


def test_each_kind_of_field_has_the_bases_markup():
    html = Claim().render()
    for part in [
        "govuk-input",
        "govuk-textarea",
        "govuk-radios__input",
        "govuk-checkboxes__input",
        "govuk-file-upload",
        "govuk-date-input",
    ]:
        assert part in html
    assert 'data-module="govuk-password-input"' in html


def test_fields_do_not_use_browser_messages_placeholders_or_cut_off_typing():
    html = Claim().render() + draw("{% fields form %}", form=Foreign())
    assert " required" not in html
    assert "placeholder" not in html
    assert " maxlength" not in html


def test_a_textarea_with_a_limit_counts():
    html = Claim().render()
    assert 'data-module="govuk-character-count" data-maxlength="10"' in html
    assert 'aria-describedby="id_story-info"' in html


def test_a_box_for_so_many_words_counts_words():
    class Story(GovukForm):
        text = forms.CharField(label="Your answer", widget=page_forms.WordsTextarea(150, {"rows": 5}))

    html = Story().render()
    assert 'data-module="govuk-character-count" data-maxwords="150"' in html
    assert 'aria-describedby="id_text-info"' in html
    assert "You can write up to 150 words." in html
    assert "govuk-js-character-count" in html
    assert "data-maxlength" not in html


def test_optional_fields_say_so():
    assert "(optional)" in Claim()["needs"].as_field_group()
    assert "(optional)" not in Claim()["name"].as_field_group()


def test_hint_and_error_describe_the_field():
    field = Claim({})["name"].as_field_group()
    assert 'aria-describedby="id_name_helptext id_name_error"' in field
    assert 'aria-invalid="true"' in field
    assert 'id="id_name_error"' in field
    assert "govuk-input--error" in field


def test_a_group_is_described_by_its_fieldset():
    field = Claim({})["way"].as_field_group()
    assert '<fieldset class="govuk-fieldset" aria-describedby="id_way_error">' in field


def test_a_missing_answer_says_what_to_do():
    errors = Claim({}).errors
    assert errors["name"] == ["Enter your name"]
    assert errors["email"] == ["Enter e-mail address"]
    assert errors["story"] == ["Answer “What happened?”"]
    assert errors["way"] == ["Select way of payment"]
    assert errors["photo"] == ["Choose a file: photo of the receipt"]
    assert errors["agree"] == ["Tick “I agree” to go on"]


def test_the_summary_links_each_error_to_its_field_in_the_words_beside_it():
    form = Claim({})
    html = draw("{% error_summary form %}", form=form)
    assert html.count("<li>") == sum(len(errors) for errors in form.errors.values())
    for target in ["id_name", "id_way_0", "id_day_0", "id_photo", "id_agree"]:
        assert f'href="#{target}"' in html
        assert f'id="{target}"' in form.render()


def test_the_summary_is_silent_when_nothing_is_wrong():
    assert draw("{% error_summary form missing %}", form=Claim()).strip() == ""


def test_an_error_of_the_whole_form_links_to_its_first_field():
    form = Foreign({"login": "lee"})
    form.add_error(None, "The two do not fit")
    assert list(page_forms.mistakes(page_forms.dress(form))) == [("The two do not fit", "id_login")]


def test_what_was_typed_is_kept_but_for_the_password():
    html = Claim({"name": "Lee", "secret": "hush", "story": "<b>", "day_day": "1", "way": "c"}).render()
    assert 'value="Lee"' in html
    assert "hush" not in html
    assert "&lt;b&gt;" in html
    assert 'value="c" id="id_way_1" checked' in html


def test_a_foreign_form_gets_the_same_dress():
    html = draw("{% error_summary form %}{% fields form %}", form=Foreign({}))
    assert 'href="#id_login"' in html
    assert "govuk-input--error" in html


def test_hidden_fields_are_drawn_once():
    assert Claim().render().count('name="token"') == 1


@pytest.mark.parametrize("typed", [("27", "3", "2026"), ("27", "03", "2026"), (" 27 ", "March", "2026"), ("27", "mar", "2026")])
def test_a_date_may_be_typed_in_numbers_or_with_the_name_of_its_month(typed):
    assert DayField().clean(list(typed)) == datetime.date(2026, 3, 27)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (("", "", ""), "required"),
        (("27", "", "2026"), "incomplete"),
        (("31", "2", "2026"), "invalid"),
        (("x", "y", "z"), "invalid"),
        (("999999999999", "2", "2026"), "invalid"),
        (("31", "12", "9999"), "invalid"),
    ],
)
def test_a_wrong_date_says_what_is_wrong(typed, code):
    with pytest.raises(forms.ValidationError) as raised:
        DayField().clean(list(typed))
    assert raised.value.code == code


def test_an_optional_date_may_be_left_out():
    assert DayField(required=False).clean(["", "", ""]) is None


# Amounts and numbers ------------------------------------------------------------------------------


class Cost(GovukForm):
    spent = PoundsField(label="What did you pay?")
    miles = NumberField(label="How many miles?", example="12.5", required=False)


def test_an_amount_is_read_as_it_was_meant_and_a_number_too():
    form = Cost({"spent": "£1,234.5", "miles": "12,50"})
    assert form.is_valid()
    assert form.cleaned_data == {"spent": Decimal("1234.50"), "miles": Decimal("12.50")}
    assert Cost({"spent": "1", "miles": ""}).is_valid()


def test_a_slip_in_an_amount_is_told_beside_it_and_stays_to_be_mended():
    form = Cost({"spent": "£1,2O", "miles": "far"})
    assert form.errors["spent"] == ["“£1,2O” has the letter O in it. Type the figure 0 in its place"]
    assert form.errors["miles"] == ["Enter a number, like 12.5"]
    html = form.render()
    assert 'value="£1,2O"' in html
    assert '<div class="govuk-input__prefix" aria-hidden="true">£</div>' in html
    assert html.count('inputmode="decimal"') == 2


def test_what_an_act_refuses_stands_beside_its_field_or_above_all():
    def refuse(field):
        raise errors.DomainError("It is too much", field=field)

    for field, where in [("spent", "spent"), ("elsewhere", "__all__"), (None, "__all__")]:
        form = Cost({"spent": "1"})
        assert form.is_valid()
        assert not page_forms.done(form, lambda field=field: refuse(field))
        assert form.errors == {where: ["It is too much"]}
    form = Cost({"spent": "1"})
    assert form.is_valid()
    assert page_forms.done(form, lambda: None)


def test_a_rule_of_the_domain_can_be_asked_by_a_field():
    def rule(value):
        if value < 0:
            raise errors.DomainError("Not below nothing", code="below")
        return value * 2

    assert page_forms.judged(rule, 3) == 6
    with pytest.raises(forms.ValidationError) as raised:
        page_forms.judged(rule, -1)
    assert (raised.value.code, raised.value.messages) == ("below", ["Not below nothing"])
