import type { MarkdownDocument } from "./read-documents.ts";

export interface Limit {
  /** In the unit of the phrases. */
  values: readonly number[];
  /** Each has a group `figure`. A language without a phrase need not name the limit. */
  phrases: Readonly<Partial<Record<MarkdownDocument["language"], RegExp>>>;
}

/** Finds figures that are not the code's, and limits that no document of a language names. */
export function findWrongLimits(
  documents: readonly MarkdownDocument[],
  limits: readonly Limit[],
): string[] {
  const languages = new Set(documents.map(({ language }) => language));
  return limits.flatMap(({ values, phrases }) =>
    [...languages].flatMap((language) => {
      const phrase = phrases[language];
      if (phrase === undefined) {
        return [];
      }
      const found = documents
        .filter((document) => document.language === language)
        .flatMap(({ name, texts }) =>
          texts.flatMap(({ line, text }) =>
            [...text.matchAll(new RegExp(phrase, "giu"))].map(({ 0: said, groups = {} }) => ({
              at: `${name}:${line}`,
              said,
              figure: readFigure(groups["figure"] ?? ""),
            })),
          ),
        );
      return [
        ...values
          .filter((value) => !found.some(({ figure }) => figure === value))
          .map((value) => `no document (${language}) says ${value} where it says ${phrase.source}`),
        ...found
          .filter(({ figure }) => !values.includes(figure))
          .map(({ at, said }) => `${at}: "${said}", but it is ${values.join(" or ")}`),
      ];
    }),
  );
}

/** What a figure or a number word says; `NaN` for another word. */
function readFigure(text: string): number {
  const words = NUMBERS.find((one) => one.includes(text.toLowerCase()));
  return words === undefined ? Number(text.replaceAll(",", "")) : NUMBERS.indexOf(words);
}

const NUMBERS: readonly (readonly string[])[] = [
  ["zero"],
  ["one", "once", "한"],
  ["two", "twice", "두"],
  ["three", "세"],
  ["four", "네"],
  ["five", "다섯"],
  ["six", "여섯"],
  ["seven", "일곱"],
  ["eight", "여덟"],
  ["nine", "아홉"],
  ["ten", "열"],
];
