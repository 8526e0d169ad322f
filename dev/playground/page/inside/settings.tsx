import { type FormEvent, useState } from "react";
import type { Setting, SettingsRefusal, StackState } from "../../api.ts";
import { postJson, RefusedError, useTopic } from "../client.ts";

type Values = Readonly<Record<string, string>>;
type Problems = Readonly<Record<string, string>>;

/** The variables that `npm start` takes; saving them starts the functions anew. */
export function Settings() {
  const { value: stack } = useTopic<StackState>("/local/stack", "stack");
  const [changed, setChanged] = useState<Values>({});
  const [problems, setProblems] = useState<Problems>({});
  const [notice, setNotice] = useState("");
  if (stack === undefined) {
    return null;
  }
  if (!stack.isInControl) {
    return (
      <p className="empty">Under vercel dev, settings are variables of npm run start:vercel.</p>
    );
  }

  async function save(event: FormEvent): Promise<void> {
    event.preventDefault();
    try {
      const found = await putSettings(changed);
      setProblems(found);
      if (Object.keys(found).length === 0) {
        setChanged({});
        setNotice("Saved. The functions have started anew with them.");
      } else {
        setNotice("Nothing was saved: see the red sentences.");
      }
    } catch (error) {
      setNotice(error instanceof Error ? error.message : String(error));
    }
  }

  return (
    <form className="settings" noValidate onSubmit={(event) => void save(event)}>
      <output className="facts">{notice}</output>
      {stack.settings.map((setting) => (
        <Field
          key={setting.name}
          setting={setting}
          value={changed[setting.name] ?? setting.value}
          problem={problems[setting.name]}
          onChange={(value) => {
            setNotice("");
            setChanged({ ...changed, [setting.name]: value });
          }}
        />
      ))}
      <button type="submit" className="primary" disabled={Object.keys(changed).length === 0}>
        Save settings
      </button>
    </form>
  );
}

interface FieldProps {
  setting: Setting;
  value: string;
  problem: string | undefined;
  onChange: (value: string) => void;
}

function Field(props: FieldProps) {
  const { setting, problem } = props;
  const problemId = `problem-${setting.name}`;
  return (
    <div className="setting">
      {setting.isList === true ? (
        <Choices {...props} problemId={problemId} />
      ) : (
        <label>
          {setting.name}
          <Control {...props} problemId={problemId} />
        </label>
      )}
      {problem !== undefined && (
        <p id={problemId} className="problem" role="alert">
          Expected: {problem}
        </p>
      )}
    </div>
  );
}

function Control({
  setting,
  value,
  problem,
  problemId,
  onChange,
}: FieldProps & { problemId: string }) {
  const described = problem === undefined ? {} : { "aria-describedby": problemId };
  if (setting.choices !== undefined) {
    return (
      <select
        value={value === "" ? setting.byDefault : value}
        aria-invalid={problem !== undefined}
        {...described}
        onChange={({ target }) => onChange(target.value)}
      >
        {setting.choices.map((choice) => (
          <option key={choice}>{choice}</option>
        ))}
      </select>
    );
  }
  return (
    <input
      value={value}
      placeholder={setting.byDefault}
      aria-invalid={problem !== undefined}
      {...described}
      onChange={({ target }) => onChange(target.value)}
    />
  );
}

/** Checkboxes; the order in which they are checked is the order in the reply. */
function Choices({
  setting,
  value,
  problem,
  problemId,
  onChange,
}: FieldProps & { problemId: string }) {
  const chosen = (value === "" ? setting.byDefault : value)
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");
  return (
    <fieldset {...(problem === undefined ? {} : { "aria-describedby": problemId })}>
      <legend>{setting.name}</legend>
      {(setting.choices ?? []).map((choice) => (
        <label key={choice}>
          <input
            type="checkbox"
            checked={chosen.includes(choice)}
            onChange={({ target }) => {
              const others = chosen.filter((one) => one !== choice);
              onChange((target.checked ? [...others, choice] : others).join(","));
            }}
          />
          {choice}
        </label>
      ))}
    </fieldset>
  );
}

/** The sentences of bad values by their variable; none when all were taken. */
async function putSettings(values: Values): Promise<Problems> {
  try {
    await postJson("/local/stack/settings", values, { method: "PUT" });
    return {};
  } catch (error) {
    if (error instanceof RefusedError && isRefusal(error.body)) {
      const { problems } = error.body;
      return Object.fromEntries(problems.map(({ variable, expected }) => [variable, expected]));
    }
    throw error;
  }
}

function isRefusal(body: unknown): body is SettingsRefusal {
  return typeof body === "object" && body !== null && "problems" in body;
}
