import { isObject } from "../json.ts";

/**
 * With these checks, Block Kit's rules are tables. The sentences and JSON pointers are Slack's own, as seen in
 * `response_metadata.messages` (slackapi/python-slack-sdk#1782, grafana/oncall#5121, metabase/metabase#54276):
 * "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]".
 */
export type Check = (value: unknown, at: Place) => void;

export interface Place {
  pointer: string;
  scope: Scope;
}

export interface Scope {
  surface: "message" | "modal";
  hasSubmit: boolean;
  problems: string[];
  images: { pointer: string; image: unknown; kind: "image_url" | "slack_file" }[];
  blockIds: Set<string>;
  actionIds: Set<string>;
  focused: boolean;
}

export function createScope(surface: Scope["surface"], hasSubmit: boolean): Scope {
  return {
    surface,
    hasSubmit,
    problems: [],
    images: [],
    blockIds: new Set(),
    actionIds: new Set(),
    focused: false,
  };
}

export function report(at: Place, message: string): void {
  at.scope.problems.push(`${message} [json-pointer:${at.pointer}]`);
}

export function below(at: Place, key: string | number): Place {
  return { ...at, pointer: `${at.pointer}/${key}` };
}

export function text({ min = 1, max = Infinity }: { min?: number; max?: number } = {}): Check {
  return (value, at) => {
    if (typeof value !== "string") {
      return report(at, "must provide a string");
    }
    if (value.length < min) {
      report(at, `must be more than ${min - 1} characters`);
    }
    if (value.length > max) {
      report(at, `must be less than ${max + 1} characters`);
    }
  };
}

export function whole({ min, max }: { min: number; max: number }): Check {
  return (value, at) => {
    if (typeof value !== "number" || !Number.isInteger(value)) {
      return report(at, "must provide an integer");
    }
    if (value < min) {
      report(at, `must be greater than or equal to ${min}`);
    }
    if (value > max) {
      report(at, `must be less than or equal to ${max}`);
    }
  };
}

export function flag(value: unknown, at: Place): void {
  if (typeof value !== "boolean") {
    report(at, "must provide a boolean");
  }
}

export function oneOf(...allowed: readonly string[]): Check {
  return (value, at) => {
    if (typeof value !== "string" || !allowed.includes(value)) {
      report(at, `must be a valid enum value: ${allowed.join(", ")}`);
    }
  };
}

export function list(
  item: Check,
  { min = 1, max = Infinity }: { min?: number; max?: number } = {},
): Check {
  return (value, at) => {
    if (!Array.isArray(value)) {
      return report(at, "must provide an array");
    }
    if (value.length < min) {
      report(at, `must provide at least ${min} items`);
    }
    if (value.length > max) {
      report(at, `no more than ${max} items allowed`);
    }
    for (const [index, entry] of value.entries()) {
      item(entry, below(at, index));
    }
  };
}

export type Shape = Readonly<Record<string, Check>>;

/** An object with no other properties than these and `type`, which `byType` checks. */
export function object(required: Shape, optional: Shape = {}): Check {
  const known = { ...required, ...optional };
  return (value, at) => {
    if (!isObject(value)) {
      return report(at, "must provide an object");
    }
    for (const key of Object.keys(required)) {
      if (!(key in value)) {
        report(at, `missing required field: ${key}`);
      }
    }
    for (const [key, entry] of Object.entries(value)) {
      const check = known[key];
      if (check !== undefined) {
        check(entry, below(at, key));
      } else if (key !== "type") {
        report(at, `invalid additional property: ${key}`);
      }
    }
  };
}

export function byType(checks: Shape): Check {
  return (value, at) => {
    if (!isObject(value)) {
      return report(at, "must provide an object");
    }
    const type = value["type"];
    if (typeof type !== "string") {
      return report(at, "missing required field: type");
    }
    const check = Object.hasOwn(checks, type) ? checks[type] : undefined;
    if (check === undefined) {
      return report(below(at, "type"), `unsupported type: ${type}`);
    }
    check(value, at);
  };
}

export function all(...checks: readonly Check[]): Check {
  return (value, at) => {
    for (const check of checks) {
      check(value, at);
    }
  };
}

/** An id that may occur only once in the set that `idsOf` selects. */
export function uniqueId(name: string, max: number, idsOf: (scope: Scope) => Set<string>): Check {
  const length = text({ max });
  return (value, at) => {
    length(value, at);
    if (typeof value !== "string") {
      return;
    }
    const ids = idsOf(at.scope);
    if (ids.has(value)) {
      report(at, `\`${name}\` "${value}" already exists`);
    }
    ids.add(value);
  };
}
