import { useRef } from "react";
import { describing, FieldFrame } from "./field-frame.tsx";
import type { FieldIds } from "./field-frame.tsx";
import { findFilesProblem } from "./fields.ts";
import type { Field } from "./fields.ts";

/** Files, chosen or dropped, several times if need be. */
export function FilesField({
  field,
  ids,
  files,
  error: given,
  onChange,
}: {
  field: Extract<Field, { kind: "files" }>;
  ids: FieldIds;
  files: readonly File[];
  error: string | undefined;
  onChange: (files: readonly File[]) => void;
}) {
  const input = useRef<HTMLInputElement>(null);
  const { filetypes, maxFiles, isOptional } = field;
  const error = findFilesProblem(field, files) ?? given;
  const list = (
    <ul className="files" id={ids.extra} aria-label="Chosen files">
      {files.map((file) => (
        <li key={nameOf(file)}>
          <span className="file-name">{file.name}</span>
          <span className="file-size">{formatSize(file.size)}</span>
          <button
            type="button"
            aria-label={`Remove ${file.name}`}
            onClick={() => {
              onChange(files.filter((one) => one !== file));
              input.current?.focus();
            }}
          >
            <svg viewBox="0 0 20 20" width="16" height="16" aria-hidden="true">
              <path d="M5 5l10 10M15 5L5 15" />
            </svg>
          </button>
        </li>
      ))}
    </ul>
  );
  return (
    <FieldFrame field={field} ids={ids} error={error} list={list}>
      <div className="drop">
        <span aria-hidden="true">
          <b>{maxFiles === 1 ? "Add a file" : "Add files"}</b> or drop them here
        </span>
        <input
          ref={input}
          id={ids.id}
          type="file"
          multiple={maxFiles > 1}
          accept={filetypes?.map((type) => `.${type}`).join(",")}
          aria-required={!isOptional}
          {...describing(field, ids, { error, hasExtra: true })}
          onChange={({ target }) => {
            onChange(withNew(files, [...(target.files ?? [])]));
            // So that a file that was removed can be chosen again.
            target.value = "";
          }}
        />
      </div>
    </FieldFrame>
  );
}

/** The same file counts once. */
function withNew(files: readonly File[], added: readonly File[]): File[] {
  return [...new Map([...files, ...added].map((file) => [nameOf(file), file])).values()];
}

function nameOf({ name, size, lastModified }: File): string {
  return `${name}:${size}:${lastModified}`;
}

function formatSize(bytes: number): string {
  return bytes < MEGABYTE ? `${Math.ceil(bytes / 1024)} kB` : `${(bytes / MEGABYTE).toFixed(1)} MB`;
}

const MEGABYTE = 1024 * 1024;
