import type { DefaultTreeAdapterTypes } from "parse5";

/** Returns the elements in document order, with their attributes. */
export function outline(node: DefaultTreeAdapterTypes.Node): [string, Record<string, string>][] {
  const own: [string, Record<string, string>][] =
    "tagName" in node
      ? [[node.tagName, Object.fromEntries(node.attrs.map(({ name, value }) => [name, value]))]]
      : [];
  return [...own, ...("childNodes" in node ? node.childNodes.flatMap(outline) : [])];
}
