import { describing, FieldFrame } from "./field-frame.tsx";
import type { FieldIds } from "./field-frame.tsx";
import type { Field } from "./fields.ts";

/** One of several options. */
export function SelectField({
  field,
  ids,
  value,
  error,
  onChange,
}: {
  field: Extract<Field, { kind: "select" }>;
  ids: FieldIds;
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
}) {
  return (
    <FieldFrame field={field} ids={ids} error={error}>
      <select
        id={ids.id}
        value={value}
        required={!field.isOptional}
        {...describing(field, ids, { error })}
        onChange={(event) => onChange(event.target.value)}
      >
        <option value="">{field.placeholder ?? "Select an item"}</option>
        {field.options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </FieldFrame>
  );
}
