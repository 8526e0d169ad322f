import { type DragEvent, type ReactNode, useEffect, useState } from "react";

/** Files can be dropped anywhere on it; while some are above the page, it says so. */
export function DropZone({
  label,
  className,
  sentence,
  onFiles,
  children,
}: {
  label: string;
  className: string;
  sentence: string;
  onFiles: (files: readonly File[]) => void;
  children: ReactNode;
}) {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const end = () => setOver(false);
    addEventListener("drop", end);
    addEventListener("dragend", end);
    return () => {
      removeEventListener("drop", end);
      removeEventListener("dragend", end);
    };
  }, []);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the file input does the same
    <section
      aria-label={label}
      className={className}
      onDragEnter={(event) => {
        event.preventDefault();
        setOver(holdsFiles(event));
      }}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(holdsFiles(event));
      }}
      onDragLeave={({ currentTarget, relatedTarget }) => {
        if (!(relatedTarget instanceof Node) || !currentTarget.contains(relatedTarget)) {
          setOver(false);
        }
      }}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        onFiles([...event.dataTransfer.files]);
      }}
    >
      {children}
      {isOver && <div className="drop-here">{sentence}</div>}
    </section>
  );
}

function holdsFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer.types.includes("Files");
}
