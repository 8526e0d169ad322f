import { Dialog } from "../modal/dialog.tsx";
import type { ConfirmDialogContent } from "./pieces.ts";
import { RenderedText } from "./rendered-text.tsx";

/** Slack's question before a press that cannot be undone. */
export function ConfirmDialog({
  content,
  onConfirm,
  onDeny,
}: {
  content: ConfirmDialogContent;
  onConfirm: () => void;
  onDeny: () => void;
}) {
  const { title, text, confirm, deny, isDanger } = content;
  return (
    <Dialog title={title} className="confirm" onClose={onDeny} dismissLabel={`Dismiss`}>
      <div className="body">
        <RenderedText elements={text} />
      </div>
      <footer>
        <button type="button" className="secondary" data-focus-first onClick={onDeny}>
          {deny}
        </button>
        <button type="button" className={isDanger ? "danger" : "primary"} onClick={onConfirm}>
          {confirm}
        </button>
      </footer>
    </Dialog>
  );
}
