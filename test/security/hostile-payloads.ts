import fc from "fast-check";

/** JSON as an attacker would write it. Prototype keys are own properties, as in the result of `JSON.parse`. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export function parse(text: string): Json {
  return JSON.parse(text);
}

/** Puts one value after the other, alone and with foreign keys on top, anywhere into a genuine payload. */
export function hostileVersionsOf(genuine: Json): fc.Arbitrary<Json> {
  const paths = pathsIn(genuine);
  return fc
    .tuple(fc.constantFrom(...paths), fc.oneof(fc.constantFrom(...HOSTILE), arbitraryJson))
    .map(([path, value]) => replaceAt(genuine, path, value));
}

export function nested(levels: number, [open, close] = ["[", "]"]): string {
  return open.repeat(levels) + (open.endsWith(":") ? "1" : "") + close.repeat(levels);
}

/** Adds `__proto__` and similar keys to a genuine payload. */
export function withPrototypeKeys(genuine: Json): Json {
  const hostile = '{"polluted":true,"type":"url_verification","isAdmin":true}';
  const added = parse(`{"__proto__":${hostile},"constructor":{"prototype":${hostile}}}`);
  return mapObjects(genuine, (entries) => [...entries, ...Object.entries(added ?? {})]);
}

const arbitraryJson: fc.Arbitrary<Json> = fc.json({ maxDepth: 3 }).map(parse);

const HOSTILE: readonly Json[] = [
  null,
  true,
  -1,
  0.1,
  Number.MAX_VALUE,
  "",
  " ",
  "\0",
  "\ud800",
  "\u202Egnp.evil",
  "__proto__",
  "constructor",
  "../../../etc/passwd",
  "messages/T1/C1/1.1#F1",
  "messages/../../images/1.1",
  "1e999.1",
  `${"9".repeat(5000)}.1`,
  "A".repeat(20_000),
  "<script>alert(1)</script>",
  "${jndi:ldap://127.0.0.1/x}",
  "upload_to_s3",
  "url_verification",
  "message_action",
  "view_submission",
  [],
  [[]],
  [null],
  {},
  { length: 1e9 },
  parse('{"toString":"x","valueOf":"x","toJSON":"x","then":"x"}'),
  parse('{"__proto__":{"polluted":true}}'),
  parse('{"constructor":{"prototype":{"polluted":true}}}'),
  parse(nested(1000)),
  parse(nested(1000, ['{"a":', "}"])),
];

type Path = readonly (string | number)[];

function pathsIn(node: Json, path: Path = []): Path[] {
  const children = typeof node === "object" && node !== null ? Object.entries(node) : [];
  return [path, ...children.flatMap(([key, child]) => pathsIn(child, [...path, key]))];
}

function replaceAt(node: Json, [key, ...rest]: Path, value: Json): Json {
  if (key === undefined) {
    return value;
  }
  if (Array.isArray(node)) {
    return node.map((child, index) =>
      index === Number(key) ? replaceAt(child, rest, value) : child,
    );
  }
  return mapObject(node, (entries) =>
    entries.map(([name, child]) => [name, name === key ? replaceAt(child, rest, value) : child]),
  );
}

function mapObjects(node: Json, change: (entries: [string, Json][]) => [string, Json][]): Json {
  if (Array.isArray(node)) {
    return node.map((child) => mapObjects(child, change));
  }
  return mapObject(node, (entries) =>
    change(entries.map(([name, child]) => [name, mapObjects(child, change)])),
  );
}

/** `Object.fromEntries` makes own properties, whatever their names are. */
function mapObject(node: Json, change: (entries: [string, Json][]) => [string, Json][]): Json {
  return typeof node === "object" && node !== null && !Array.isArray(node)
    ? Object.fromEntries(change(Object.entries(node)))
    : node;
}
