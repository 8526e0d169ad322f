/** Puts exact text on the clipboard, also where the page has no clipboard API; false where the browser refuses. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await clipboard().writeText(text);
    return true;
  } catch {
    return copyByEvent(text);
  }
}

/** Missing on pages that are served over plain HTTP from another host. */
function clipboard(): Clipboard {
  return navigator.clipboard;
}

function copyByEvent(text: string): boolean {
  let hasCopied = false;
  const put = (event: ClipboardEvent) => {
    event.preventDefault();
    event.clipboardData?.setData("text/plain", text);
    hasCopied = event.clipboardData !== null;
  };
  document.addEventListener("copy", put);
  document.execCommand("copy");
  document.removeEventListener("copy", put);
  return hasCopied;
}
