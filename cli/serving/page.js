// Keys go to the terminal as soon as its line stands, and whenever the tab comes back.
"use strict";
function listen() {
  const seat = document.body.classList;
  const keyboard = document.querySelector(".xterm-helper-textarea");
  if (keyboard && seat.contains("-loaded") && !seat.contains("-closed")) keyboard.focus();
}
window.addEventListener("load", () => {
  new MutationObserver(listen).observe(document.body, { attributeFilter: ["class"] });
});
window.addEventListener("focus", listen);
