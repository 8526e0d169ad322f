import { describing, FieldFrame } from "./field-frame.tsx";
import type { FieldIds } from "./field-frame.tsx";
import type { Field } from "./fields.ts";

/** Options of which any number may be chosen. */
export function CheckboxesField({
  field,
  ids,
  chosen,
  error,
  onChange,
}: {
  field: Extract<Field, { kind: "checkboxes" }>;
  ids: FieldIds;
  chosen: readonly string[];
  error: string | undefined;
  onChange: (chosen: readonly string[]) => void;
}) {
  const described = describing(field, ids, { error });
  return (
    <FieldFrame field={field} ids={ids} error={error} isGroup>
      {field.options.map(({ value, label, description }) => (
        <label key={value} className="option">
          <input
            type="checkbox"
            checked={chosen.includes(value)}
            {...described}
            onChange={({ target }) =>
              onChange(
                field.options
                  .map((option) => option.value)
                  .filter((one) => (one === value ? target.checked : chosen.includes(one))),
              )
            }
          />
          <span>
            {label}
            {description !== undefined && <small>{description}</small>}
          </span>
        </label>
      ))}
    </FieldFrame>
  );
}
