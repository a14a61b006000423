// What Swagger UI leaves out of its own markup: the second level of headings, and a landmark around the title.
const page = document.getElementById("swagger-ui");
const give = (selector, name, value) =>
  page.querySelectorAll(selector).forEach((element) => element.hasAttribute(name) || element.setAttribute(name, value));

new MutationObserver(() => {
  give("h3.opblock-tag, section.models > h4", "aria-level", "2");
  give(".information-container", "aria-label", document.title);
  give(".information-container", "role", "region");
}).observe(page, { childList: true, subtree: true });
