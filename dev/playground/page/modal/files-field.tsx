import { useRef } from "react";
import { formatBytes } from "../format-bytes.ts";
import { IconButton } from "../icons.tsx";
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
          <span className="file-size">{formatBytes(file.size)}</span>
          <IconButton
            name="close"
            label={`Remove ${file.name}`}
            onPress={() => {
              onChange(files.filter((one) => one !== file));
              input.current?.focus();
            }}
          />
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
