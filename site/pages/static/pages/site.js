/* What the component base does beyond HTML. Every page works without it. */
import { Button, CharacterCount, ErrorSummary, NotificationBanner, PasswordInput, isSupported } from "../vendor/govuk/base.js";

const parts = [Button, CharacterCount, ErrorSummary, NotificationBanner, PasswordInput];

document.body.classList.add("js-enabled");
if ("noModule" in HTMLScriptElement.prototype) document.body.classList.add("govuk-frontend-supported");
if (isSupported()) {
  for (const Part of parts) {
    for (const element of document.querySelectorAll(`[data-module="${Part.moduleName}"]`)) new Part(element);
  }
}
/* A second press of a form's button while the first is on its way sends nothing. */
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent && event.target.method === "post") event.preventDefault();
  else {
    event.target.dataset.sent = "yes";
    setTimeout(() => delete event.target.dataset.sent, 3000);
  }
});
/* Whoever has typed something and not sent it is asked before the page is left. */
document.addEventListener("input", (event) => event.target.form?.matches("[data-unsaved]") && (event.target.form.dataset.unsaved = "yes"));
document.addEventListener("submit", (event) => event.target.matches("[data-unsaved]") && (event.target.dataset.unsaved = ""));
window.addEventListener("beforeunload", (event) => document.querySelector("[data-unsaved=yes]") && event.preventDefault());
