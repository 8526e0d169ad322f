import { describing, FieldFrame } from "./field-frame.tsx";
import type { FieldIds } from "./field-frame.tsx";
import type { Field } from "./fields.ts";

type TextFieldContent = Extract<Field, { kind: "text" }>;

/** One line or several; a text that is too long stays, and is said to be, as in Slack. */
export function TextField({
  field,
  ids,
  value,
  error,
  onChange,
}: {
  field: TextFieldContent;
  ids: FieldIds;
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
}) {
  const left = field.maxLength - value.length;
  const isNear = left < NEAR;
  const attributes = {
    id: ids.id,
    value,
    required: !field.isOptional,
    placeholder: field.placeholder,
    ...describing(field, ids, { error, hasExtra: isNear }),
  };
  return (
    <FieldFrame field={field} ids={ids} error={error}>
      {field.isMultiline ? (
        <textarea rows={4} {...attributes} onChange={(event) => onChange(event.target.value)} />
      ) : (
        <input
          type={field.isUrl ? "url" : "text"}
          autoComplete="off"
          {...attributes}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
      {isNear && (
        <p className={left < 0 ? "counter over" : "counter"} id={ids.extra}>
          {left < 0 ? `${-left} characters too many` : `${left} characters left`}
        </p>
      )}
    </FieldFrame>
  );
}

/** From here on one is told how many characters are left. */
const NEAR = 30;
