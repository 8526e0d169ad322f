import type { ReactNode } from "react";
import type { Field } from "./fields.ts";

/** The ids that connect an input with its label, hint and error. */
export interface FieldIds {
  id: string;
  hint: string;
  error: string;
  extra: string;
}

export function idsOf(id: string): FieldIds {
  return { id, hint: `${id}-hint`, error: `${id}-error`, extra: `${id}-extra` };
}

/** The attributes that tie an input to its hint and its error. */
export function describing(
  { hint, isOptional }: Field,
  ids: FieldIds,
  { error, hasExtra = false }: { error: string | undefined; hasExtra?: boolean },
) {
  const described = [
    ...(error === undefined ? [] : [ids.error]),
    ...(hint === undefined ? [] : [ids.hint]),
    ...(hasExtra ? [ids.extra] : []),
    ...(isOptional ? [`${ids.id}-optional`] : []),
  ];
  return {
    "aria-invalid": error !== undefined,
    "aria-describedby": described.length === 0 ? undefined : described.join(" "),
  } as const;
}

/** Label, mark, input, hint and error of a field, in Slack's order. */
export function FieldFrame({
  field,
  ids,
  error,
  isGroup = false,
  list,
  children,
}: {
  field: Field;
  ids: FieldIds;
  error: string | undefined;
  /** Several inputs under one label. */
  isGroup?: boolean;
  /** The chosen values. They may be long, so the error comes before them. */
  list?: ReactNode;
  children: ReactNode;
}) {
  const { label, hint, isOptional, blockId } = field;
  // Outside of the label: an input's name is its label's text.
  const mark = isOptional && (
    <span className="optional" id={`${ids.id}-optional`}>
      (optional)
    </span>
  );
  const below = (
    <>
      {children}
      {error !== undefined && (
        <p className="error" id={ids.error}>
          {error}
        </p>
      )}
      {list}
      {hint !== undefined && (
        <p className="hint" id={ids.hint}>
          {hint}
        </p>
      )}
    </>
  );
  return isGroup ? (
    <fieldset className="field" data-block-id={blockId}>
      <legend>{label}</legend>
      {mark}
      {below}
    </fieldset>
  ) : (
    <div className="field" data-block-id={blockId}>
      <label htmlFor={ids.id}>{label}</label>
      {mark}
      {below}
    </div>
  );
}
