export type JsonObject = { [key: string]: unknown };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns `undefined` if the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function objectsIn(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

export function textAt(object: JsonObject, key: string): string | undefined {
  const value = object[key];
  if (typeof value === "string") {
    return value === "" ? undefined : value;
  }
  return typeof value === "number" ? String(value) : undefined;
}

export function flagAt(object: JsonObject, key: string): boolean {
  const value = object[key];
  return value === true || value === "true" || value === "1" || value === 1;
}

export function numberAt(object: JsonObject, key: string): number | undefined {
  const value = textAt(object, key);
  return value === undefined || !/^\d+$/.test(value) ? undefined : Number(value);
}
