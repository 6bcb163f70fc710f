// Text for the clipboard: a page that was not sent over HTTPS may not write it, so the text is selected as well.

/** Selects the text of an element, copies it, and tells whether that went well. */
export async function copy(place) {
  const text = select(place);
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return document.execCommand("copy");
  }
}

/** Selects what an element holds, and returns it. */
function select(place) {
  if (place.select) {
    place.focus();
    place.select();
    return place.value;
  }
  getSelection().selectAllChildren(place);
  return place.textContent;
}
