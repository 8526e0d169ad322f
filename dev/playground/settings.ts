import { ConfigError, parseEnvironment } from "../../lib/environment.ts";
import { LOCALES } from "../../lib/i18n/locales.ts";
import { OPTIMIZE_MODES } from "../../lib/images/optimize-modes.ts";
import { TAG_FORMATS } from "../../lib/tag/render-tag.ts";
import type { Environment } from "../stack/start-worker.ts";
import type { Setting, SettingsRefusal } from "./api.ts";

/** The variables that the page can change, as they are now. */
export interface Settings {
  list(): Setting[];
  /** All variables of the functions. */
  environment(): Environment;
  /** Takes these values, unless something is wrong with them. */
  change(values: Readonly<Record<string, unknown>>): SettingsRefusal["problems"];
}

/** The playground's admin; `ADMIN_USER_IDS` names it where nobody else is named. */
export const ADMIN_ID = "U0LOCALADM";

const SETTINGS: readonly Omit<Setting, "value">[] = [
  { name: "TAG_FORMATS", byDefault: "html", choices: TAG_FORMATS, isList: true },
  { name: "TAG_WRAPPER_CLASS", byDefault: "" },
  { name: "TAG_TEMPLATE", byDefault: "" },
  { name: "HIDPI", byDefault: "off", choices: ["off", "halve"] },
  { name: "OPTIMIZE", byDefault: "off", choices: OPTIMIZE_MODES },
  { name: "MAX_WIDTH", byDefault: "" },
  { name: "VARIANT_WIDTHS", byDefault: "640,1280,1920" },
  { name: "KEEP_METADATA", byDefault: "false", choices: ["false", "credit", "true"] },
  { name: "LOCALE", byDefault: "en", choices: LOCALES },
  { name: "AUTO_UPLOAD", byDefault: "true", choices: ["true", "false"] },
  { name: "MAX_IMAGE_BYTES", byDefault: "52428800" },
];

export function createSettings(initial: Environment): Settings {
  let env = initial;
  return {
    list: () => SETTINGS.map((setting) => ({ ...setting, value: env[setting.name] ?? "" })),
    environment: () => env,
    change(values) {
      const changed = { ...env, ...toText(values) };
      const problems = [...shapeProblems(values), ...configProblems(changed)];
      if (problems.length === 0) {
        env = changed;
      }
      return problems;
    },
  };
}

function toText(values: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      typeof value === "string" ? [[name, value]] : [],
    ),
  );
}

function shapeProblems(values: Readonly<Record<string, unknown>>): SettingsRefusal["problems"] {
  const names = SETTINGS.map(({ name }) => name);
  return Object.entries(values).flatMap(([variable, value]) => {
    if (!names.includes(variable)) {
      return [{ variable, expected: `one of ${names.join(", ")}` }];
    }
    return typeof value === "string" ? [] : [{ variable, expected: "text" }];
  });
}

function configProblems(env: Environment): SettingsRefusal["problems"] {
  try {
    parseEnvironment(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) {
      return error.problems;
    }
    throw error;
  }
}
