import type { MarkdownDocument } from "./read-documents.ts";

export interface Limit {
  /** In the unit of the phrases. */
  values: readonly number[];
  /** Each has a group `figure`. A language without a phrase need not name the limit. */
  phrases: Readonly<Partial<Record<MarkdownDocument["language"], readonly RegExp[]>>>;
  /** Only the code has to name it. */
  isOptional?: boolean;
}

/** Finds figures that are not the code's, and limits that no document of a language names. */
export function findWrongLimits(
  documents: readonly MarkdownDocument[],
  limits: readonly Limit[],
): string[] {
  const languages = new Set(documents.map(({ language }) => language));
  return limits.flatMap(({ values, phrases, isOptional = false }) =>
    [...languages].flatMap((language) => {
      const wanted = phrases[language] ?? [];
      const found = documents
        .filter((document) => document.language === language)
        .flatMap((document) => wanted.flatMap((phrase) => findFigures(document, phrase)));
      const missing = isOptional || wanted.length === 0 ? [] : values;
      const sources = wanted.map(({ source }) => source).join(" or ");
      return [
        ...missing
          .filter((value) => !found.some(({ figure }) => figure === value))
          .map((value) => `no document (${language}) says ${value} where it says ${sources}`),
        ...found
          .filter(({ figure }) => !values.includes(figure))
          .map(({ at, said }) => `${at}: "${said}", but it is ${values.join(" or ")}`),
      ];
    }),
  );
}

function findFigures({ name, texts }: MarkdownDocument, phrase: RegExp): Figure[] {
  const everywhere = new RegExp(phrase, "giu");
  return texts.flatMap(({ line, text }) =>
    [...text.matchAll(everywhere)].map(({ 0: said, groups = {} }) => ({
      at: `${name}:${line}`,
      said,
      figure: readFigure(groups["figure"] ?? ""),
    })),
  );
}

interface Figure {
  at: string;
  said: string;
  figure: number;
}

/** Returns the value of a figure or a number word; `NaN` for another word. */
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
