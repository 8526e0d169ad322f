import { en, type Messages } from "./en.ts";
import { ko } from "./ko.ts";

/** To add a language, add its file to this folder and a line here. */
export const CATALOGUES = { en, ko } as const satisfies Record<string, Messages>;

export type Locale = keyof typeof CATALOGUES;

export const LOCALES: readonly Locale[] = Object.keys(CATALOGUES).filter(isLocale);

function isLocale(name: string): name is Locale {
  return Object.hasOwn(CATALOGUES, name);
}
