import { useEffect, useRef, useState } from "react";
import { copyText } from "./copy-text.ts";

/** Exact text with its copy button. */
export function Snippet({ text }: { text: string }) {
  const code = useRef<HTMLPreElement>(null);
  const [said, setSaid] = useState("");
  useEffect(() => {
    if (said === "") {
      return undefined;
    }
    const timer = setTimeout(() => setSaid(""), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);

  async function copy() {
    if (await copyText(text)) {
      setSaid(COPIED);
    } else if (code.current !== null) {
      getSelection()?.selectAllChildren(code.current);
      setSaid("Press Ctrl+C or ⌘C.");
    }
  }

  return (
    <div className="block-snippet">
      <pre ref={code}>{text}</pre>
      <output>{said}</output>
      <button type="button" title="Copy tag" onClick={() => void copy()}>
        <svg viewBox="0 0 20 20" width="16" height="16" aria-hidden="true">
          <path d={said === COPIED ? TICK : SHEETS} />
        </svg>
        <span>Copy tag</span>
      </button>
    </div>
  );
}

const COPIED = "Copied";
const SAID_MS = 2500;
const TICK = "M4 10.5l4 4 8-9";
const SHEETS = "M7 7h9v9H7zM4 13V4h9";
