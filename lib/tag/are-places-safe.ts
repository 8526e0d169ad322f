/**
 * Whether each `{placeholder}` of an HTML template stands where an escaped value stays a value: in
 * text, or in a double-quoted attribute. Parses as browsers do (HTML, section 13.2.5) and refuses
 * markup without an end.
 */
export function arePlacesSafe(template: string): boolean {
  // The character after an angle bracket decides whether it is markup, and a value could supply
  // that character.
  const start = template.search(/<[a-z/!?{]/iu);
  if (start === -1) {
    return true;
  }
  const rest = readMarkup(template.slice(start));
  return rest !== undefined && arePlacesSafe(rest);
}

/** Returns the text after the leading comment or tag. `undefined`: a placeholder is not safe. */
function readMarkup(markup: string): string | undefined {
  const comment = COMMENT.exec(markup)?.[0];
  if (comment !== undefined) {
    return skip(markup, comment);
  }
  const [opening, element = ""] = OPENING.exec(markup) ?? [];
  const attributes = opening === undefined ? undefined : skip(markup, opening);
  const content = attributes === undefined ? undefined : readAttributes(attributes);
  if (content === undefined || !RAW.has((opening ?? "").toLowerCase())) {
    return content;
  }
  const end = content.search(new RegExp(String.raw`</${element}[\t\n\f\r />]`, "iu"));
  return end === -1 ? undefined : skip(content, content.slice(0, end));
}

function readAttributes(tag: string): string | undefined {
  const end = /^[\t\n\f\r /]*>/u.exec(tag)?.[0];
  if (end !== undefined) {
    return skip(tag, end);
  }
  const [attribute, name = "", quoted = ""] = ATTRIBUTE.exec(tag) ?? [];
  if (attribute === undefined || (CODE_ATTRIBUTE.test(name) && WRITTEN_BY_PEOPLE.test(quoted))) {
    return undefined;
  }
  const unquoted = attribute.slice(0, attribute.length - quoted.length);
  return PLACEHOLDER.test(unquoted) ? undefined : readAttributes(tag.slice(attribute.length));
}

function skip(text: string, start: string): string | undefined {
  return PLACEHOLDER.test(start) ? undefined : text.slice(start.length);
}

const PLACEHOLDER = /\{\w*\}/u;
const WRITTEN_BY_PEOPLE = /\{(?:alt|filename|link)\}/u;

const COMMENT = /^<!--(?:-?>|[^]*?--!?>)/u;
const OPENING = /^<(?:\/(?=[a-z]))?([a-z][^\t\n\f\r />]*)/iu;
/** Ends with the double-quoted value, quotes included, if there is one. */
const ATTRIBUTE =
  /^[\t\n\f\r /]*(=?[^\t\n\f\r />=]+|=)(?:[\t\n\f\r ]*=[\t\n\f\r ]*(?:("[^"]*")|'[^']*'|(?!["'>])[^\t\n\f\r >]+|(?=>))|(?![\t\n\f\r ]*=))/u;

/** The content of these elements and attributes is code, not HTML. */
const RAW: ReadonlySet<string> = new Set(["<script", "<style"]);
const CODE_ATTRIBUTE = /^(?:on|srcdoc$|style$)/iu;
