// On every demo's page: “Copy link” puts the address of what is on screen on the clipboard.
addEventListener("click", async ({target}) => {
  const button = target.closest?.(".copy-link");
  if (!button) return;
  const panel = button.closest("[role=tabpanel]") ?? document;
  const {query} = JSON.parse(panel.querySelector(".address textarea, .address input").value || '{"query": ""}');
  const address = new URL(location.href);
  address.search = query;
  address.hash = "";
  try {
    await navigator.clipboard.writeText(address);
  } catch {  // no permission, or a page without TLS: the older way
    const field = Object.assign(document.createElement("textarea"), {value: address});
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
    button.focus();
  }
  const words = button.textContent;
  button.textContent = COPIED;
  setTimeout(() => (button.textContent = words), 2000);
});
