import { useEffect, useRef } from "react";
import { IconButton } from "../icons.tsx";

export interface Notice {
  id: number;
  sentence: string;
}

/** Sentences above everything, a modal included. Each goes after a while, or when it was read. */
export function Notices({
  notices,
  onDismiss,
}: {
  notices: readonly Notice[];
  onDismiss: (id: number) => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (notices.length > 0) {
      // Shown anew, it comes above a modal that was opened meanwhile.
      box.current?.hidePopover();
      box.current?.showPopover();
    }
  }, [notices]);
  return (
    <div ref={box} className="notices" popover="manual" role="alert">
      {notices.map((notice) => (
        <NoticeLine key={notice.id} notice={notice} onDismiss={onDismiss} />
      ))}
    </div>
  );
}

const SHOWN_MS = 12_000;

function NoticeLine({
  notice: { id, sentence },
  onDismiss,
}: {
  notice: Notice;
  onDismiss: (id: number) => void;
}) {
  useEffect(() => {
    const timer = setTimeout(() => onDismiss(id), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [id, onDismiss]);
  return (
    <p className="notice">
      <span>{sentence}</span>
      <IconButton name="close" label="Dismiss" onPress={() => onDismiss(id)} />
    </p>
  );
}
