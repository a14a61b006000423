/* “Leave now”: the page in sight goes at once, and the way back with it. Without this file the link leads to the same place. */
const link = document.querySelector("[data-leave]");
const said = document.querySelector("[data-leave-said]");
const patience = 5000; // milliseconds for three presses
let presses = 0;
let waiting;

function leave() {
  document.documentElement.hidden = true;
  document.title = "";
  location.replace(link.href);
}

link.addEventListener("click", (event) => {
  event.preventDefault();
  leave();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.repeat) return;
  presses += 1;
  said.textContent = { 1: said.dataset.two, 2: said.dataset.one }[presses] ?? "";
  clearTimeout(waiting);
  waiting = setTimeout(() => { presses = 0; said.textContent = ""; }, patience);
  if (presses >= 3) leave();
});
/* A page that the browser kept whole is asked for again: it may be closed by now. */
window.addEventListener("pageshow", (event) => event.persisted && location.reload());
