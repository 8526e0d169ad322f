import { useState } from "react";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import type { Button } from "./pieces.ts";

/** A press, as the local Slack takes it. */
export interface Press {
  actionId: string;
  blockId: string;
  value?: string;
}

/** A button of the app's; Slack's confirm dialog comes before the press, and the failure stands beside it. */
export function ActionButton({
  button,
  blockId,
  onPress,
}: {
  button: Button;
  blockId: string;
  onPress: (press: Press) => Promise<void>;
}) {
  const { label, actionId, value, style, confirm, accessibilityLabel } = button;
  const [isAsking, setAsking] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");

  async function press() {
    setBusy(true);
    setProblem("");
    try {
      await onPress({ actionId, blockId, ...(value !== undefined && { value }) });
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  }

  function act() {
    if (isBusy) {
      return;
    }
    if (confirm === undefined) {
      void press();
    } else {
      setAsking(true);
    }
  }

  return (
    <>
      <button
        type="button"
        className={`block-button ${style ?? ""}`}
        aria-label={accessibilityLabel}
        // Not disabled, which would take the focus away.
        aria-disabled={isBusy}
        aria-haspopup={confirm === undefined ? undefined : "dialog"}
        onClick={act}
      >
        {label}
      </button>
      {problem !== "" && (
        <p role="alert" className="block-problem">
          {problem}
        </p>
      )}
      {confirm !== undefined && isAsking && (
        <ConfirmDialog
          content={confirm}
          onDeny={() => setAsking(false)}
          onConfirm={() => {
            setAsking(false);
            void press();
          }}
        />
      )}
    </>
  );
}
