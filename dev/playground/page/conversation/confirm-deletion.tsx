import { Dialog } from "../modal/dialog.tsx";

/** Slack's question, in Slack's words. */
export function ConfirmDeletion({
  onConfirm,
  onDeny,
}: {
  onConfirm: () => void;
  onDeny: () => void;
}) {
  return (
    <Dialog title="Delete message" className="confirm" dismissLabel="Close" onClose={onDeny}>
      <div className="body">
        <p>Are you sure you want to delete this message? This cannot be undone.</p>
      </div>
      <footer>
        <button type="button" className="secondary" data-focus-first onClick={onDeny}>
          Cancel
        </button>
        <button type="button" className="danger" onClick={onConfirm}>
          Delete
        </button>
      </footer>
    </Dialog>
  );
}
