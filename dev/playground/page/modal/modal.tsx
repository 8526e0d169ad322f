import { useEffect, useId, useRef, useState } from "react";
import type { FormEvent } from "react";
import type { ModalView } from "../../api.ts";
import { Blocks } from "../blocks/blocks.tsx";
import { NO_NAMES } from "../blocks/rendered-text.tsx";
import { CheckboxesField } from "./checkboxes-field.tsx";
import { Dialog } from "./dialog.tsx";
import { idsOf } from "./field-frame.tsx";
import { collectValues, fieldsIn, splitView, valueOf } from "./fields.ts";
import type { Field, FieldValue } from "./fields.ts";
import { FilesField } from "./files-field.tsx";
import "./modal.css";
import { SelectField } from "./select-field.tsx";
import { TextField } from "./text-field.tsx";

/**
 * Slack's modal, the view in front. What was typed stays, by view and `block_id`, while the app updates the view or
 * shows another above it: keep the component mounted from the first view of a modal to its last.
 */
export function Modal({
  view,
  errors,
  names = NO_NAMES,
  onSubmit,
  onClose,
}: {
  view: ModalView;
  errors: Readonly<Record<string, string>>;
  names?: Readonly<Record<string, string>>;
  /** It resolves when the app has answered; a rejection's sentence is shown. */
  onSubmit: (values: Readonly<Record<string, FieldValue | null>>) => Promise<void>;
  /** `isCleared`: the X, which closes every view of the modal. */
  onClose: (how: { isCleared: boolean }) => void;
}) {
  const [typedIn, setTypedIn] = useState<Record<string, Record<string, FieldValue>>>({});
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const [answers, setAnswers] = useState(0);
  const typed = typedIn[view.id] ?? {};
  const parts = splitView(view);
  const fields = fieldsIn(parts);
  const form = useRef<HTMLFormElement>(null);
  useFocus(form, { view, fields, errors, answers });
  const close = view.close?.text ?? "Close";

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (isBusy || view.submit === null) {
      return;
    }
    setBusy(true);
    setProblem("");
    try {
      await onSubmit(collectValues(view, typed));
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
      setAnswers((count) => count + 1);
    }
  }

  function type(blockId: string, value: FieldValue) {
    setTypedIn((all) => ({ ...all, [view.id]: { ...all[view.id], [blockId]: value } }));
  }

  return (
    <Dialog
      title={view.title.text}
      className="modal"
      // One name for one button: the app's own mostly says the same.
      dismissLabel={close.toLowerCase().includes("close") ? "Dismiss" : "Close"}
      onClose={() => onClose({ isCleared: false })}
      onDismiss={() => onClose({ isCleared: true })}
    >
      <form ref={form} noValidate aria-busy={isBusy} onSubmit={(event) => void submit(event)}>
        <div className="body" aria-live={fields.length === 0 ? "polite" : undefined}>
          {parts.map((part) =>
            part.kind === "blocks" ? (
              <Blocks key={part.key} blocks={part.blocks} names={names} />
            ) : (
              <ModalField
                key={part.key}
                field={part.field}
                value={valueOf(part.field, typed, view.state)}
                error={errors[part.field.blockId]}
                onChange={(value) => type(part.field.blockId, value)}
              />
            ),
          )}
          {strayErrors(errors, fields).map(([blockId, sentence]) => (
            <p key={blockId} role="alert" className="error">
              {sentence}
            </p>
          ))}
        </div>
        <footer>
          {problem !== "" && (
            <p role="alert" className="error">
              {problem}
            </p>
          )}
          <button
            type="button"
            className="secondary"
            data-focus-first={fields.length === 0 ? true : undefined}
            onClick={() => onClose({ isCleared: false })}
          >
            {close}
          </button>
          {view.submit !== null && (
            <button type="submit" className="primary" aria-disabled={isBusy}>
              {view.submit.text}
            </button>
          )}
        </footer>
      </form>
    </Dialog>
  );
}

/** Sentences about what the view has no field for. */
function strayErrors(
  errors: Readonly<Record<string, string>>,
  fields: readonly Field[],
): [string, string][] {
  return Object.entries(errors).filter(([id]) => !fields.some(({ blockId }) => blockId === id));
}

function ModalField({
  field,
  value,
  error,
  onChange,
}: {
  field: Field;
  value: FieldValue;
  error: string | undefined;
  onChange: (value: FieldValue) => void;
}) {
  const ids = idsOf(useId());
  const common = { ids, error, onChange };
  switch (field.kind) {
    case "text":
      return <TextField {...common} field={field} value={textOf(value)} />;
    case "select":
      return <SelectField {...common} field={field} value={textOf(value)} />;
    case "checkboxes":
      return <CheckboxesField {...common} field={field} chosen={textsOf(value)} />;
    case "files":
      return <FilesField {...common} field={field} files={filesOf(value)} />;
  }
}

function textOf(value: FieldValue): string {
  return typeof value === "string" ? value : "";
}

function textsOf(value: FieldValue): string[] {
  return typeof value === "string" ? [] : value.filter((one) => typeof one === "string");
}

function filesOf(value: FieldValue): File[] {
  return typeof value === "string" ? [] : value.filter((one) => one instanceof File);
}

/** The first field when a view opens or gets its first ones; the first with an error after that. */
function useFocus(
  form: { readonly current: HTMLFormElement | null },
  {
    view,
    fields,
    errors,
    answers,
  }: {
    view: ModalView;
    fields: readonly Field[];
    errors: Readonly<Record<string, string>>;
    /** How often the app answered: the same error again is news, too. */
    answers: number;
  },
): void {
  const identity = JSON.stringify([view.id, fields.map(({ blockId }) => blockId)]);
  const wanted = fields.find(({ isFocused }) => isFocused) ?? fields[0];
  const hadFields = useRef(false);
  useEffect(() => {
    const isKept = form.current?.contains(document.activeElement) === true;
    const isFirst = wanted !== undefined && !hadFields.current;
    hadFields.current = wanted !== undefined;
    if (isKept && !isFirst) {
      return;
    }
    const target =
      wanted === undefined
        ? form.current?.querySelector<HTMLElement>("[data-focus-first]")
        : inputOf(form.current, wanted.blockId);
    target?.focus();
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- fields are made anew with every render
  }, [identity]);

  const wrong = fields.find(({ blockId }) => errors[blockId] !== undefined);
  const sentences = JSON.stringify(errors);
  useEffect(() => {
    if (wrong !== undefined) {
      inputOf(form.current, wrong.blockId)?.focus();
    }
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- fields are made anew with every render
  }, [sentences, answers]);
}

function inputOf(form: HTMLFormElement | null, blockId: string): HTMLElement | null | undefined {
  return form
    ?.querySelector(`[data-block-id="${CSS.escape(blockId)}"]`)
    ?.querySelector<HTMLElement>("input, textarea, select");
}
