interface JsonLine {
  /** With the indentation that `JSON.stringify(value, null, 2)` gives. */
  text: string;
  isChanged: boolean;
}

/** JSON, a line a value, of which those below one of `changed` (`images[0].alt`) are marked. */
export function jsonLines(value: unknown, changed: readonly string[]): JsonLine[] {
  return linesOf(value, { path: "", prefix: "", suffix: "", depth: 0 }, new Set(changed));
}

interface Place {
  path: string;
  prefix: string;
  suffix: string;
  depth: number;
}

function linesOf(value: unknown, place: Place, changed: ReadonlySet<string>): JsonLine[] {
  const isChanged = isWithin(place.path, changed);
  const indent = "  ".repeat(place.depth);
  const entries = entriesOf(value, place.path);
  if (entries.length === 0) {
    return [
      {
        text: `${indent}${place.prefix}${JSON.stringify(value) ?? "null"}${place.suffix}`,
        isChanged,
      },
    ];
  }
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  const inner = entries.flatMap(({ path, prefix, item }, index) => {
    const suffix = index === entries.length - 1 ? "" : ",";
    return linesOf(item, { path, prefix, suffix, depth: place.depth + 1 }, changed);
  });
  return [
    { text: `${indent}${place.prefix}${open}`, isChanged: false },
    ...inner,
    { text: `${indent}${close}${place.suffix}`, isChanged: false },
  ];
}

function entriesOf(value: unknown, path: string) {
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => ({ path: `${path}[${index}]`, prefix: "", item }));
  }
  if (typeof value !== "object" || value === null) {
    return [];
  }
  return Object.entries(value).map(([name, item]: [string, unknown]) => ({
    path: path === "" ? name : `${path}.${name}`,
    prefix: `${JSON.stringify(name)}: `,
    item,
  }));
}

function isWithin(path: string, changed: ReadonlySet<string>): boolean {
  return [...changed].some(
    (one) => path === one || (path.startsWith(one) && /^[.[]/u.test(path.slice(one.length))),
  );
}
