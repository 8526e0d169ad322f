import { en, type Messages } from "./en.ts";
import { ko } from "./ko.ts";
import type { Locale } from "./locales.ts";

/** To add a language, add its file to this folder, a line here, and its name to `LOCALES`. */
export const CATALOGUES = { en, ko } as const satisfies Record<Locale, Messages>;
