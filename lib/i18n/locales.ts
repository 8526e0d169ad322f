/** The languages of the app, apart from their sentences, which a message without images does not need. */
export const LOCALES = ["en", "ko"] as const;

export type Locale = (typeof LOCALES)[number];
