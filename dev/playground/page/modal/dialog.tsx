import { useId, useLayoutEffect, useRef } from "react";
import type { ReactNode } from "react";
import { IconButton } from "../icons.tsx";
import "./dialog.css";

/** A native modal dialog with a title and an X, open while it is there; the focus returns when it goes. */
export function Dialog({
  title,
  className,
  dismissLabel,
  onClose,
  onDismiss = onClose,
  children,
}: {
  title: string;
  className: string;
  /** The accessible name of the X. */
  dismissLabel: string;
  /** Escape. */
  onClose: () => void;
  /** The X. */
  onDismiss?: () => void;
  children: ReactNode;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    element?.querySelector<HTMLElement>("[data-focus-first]")?.focus();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={`dialog ${className}`}
      aria-labelledby={titleId}
      onCancel={(event) => {
        // Whether it closes is for the one that opened it to say.
        event.preventDefault();
        event.stopPropagation();
        onClose();
      }}
    >
      <header>
        <h2 id={titleId}>{title}</h2>
        <IconButton name="close" label={dismissLabel} className="dismiss" onPress={onDismiss} />
      </header>
      {children}
    </dialog>
  );
}
