/** The kinds of passages and the parts of articles: names, letters, explanations. Colours are in style.css, by class. */

export interface Origin {
  /** The class that gives colour and pattern. */
  style: string;
  /** A letter beside the colour, for those who do not see it. */
  letter: string;
  label: string;
  meaning: string;
}

export const KINDS: Record<string, Origin> = {
  wire: { style: "agency", letter: "A", label: "Agency copy", meaning: "text that an agency wrote" },
  copy: { style: "copied", letter: "C", label: "Copy", meaning: "text that another outlet wrote" },
  release: {
    style: "release",
    letter: "P",
    label: "Press release",
    meaning: "text of a press release",
  },
  quote: {
    style: "quotation",
    letter: "Q",
    label: "Quotation",
    meaning: "words of somebody whom outlets quote: speech, posts, statements, documents",
  },
  boilerplate: {
    style: "boilerplate",
    letter: "B",
    label: "Boilerplate",
    meaning: "what an outlet repeats: notices, captions, signatures",
  },
  formula: {
    style: "boilerplate",
    letter: "F",
    label: "Stock phrase",
    meaning: "a usual sentence, or a name with its title",
  },
  unknown: {
    style: "unclear",
    letter: "?",
    label: "Not clear",
    meaning: "it cannot be told which of the others",
  },
};

export const PARTS: Record<"agency" | "copied" | "quotation" | "boilerplate" | "unclear" | "own", Origin> = {
  agency: {
    style: "agency",
    letter: "A",
    label: "Agency copy",
    meaning: "words in the copy of an agency, or of an article that an agency alone is credited with",
  },
  copied: {
    style: "copied",
    letter: "C",
    label: "From other outlets",
    meaning: "words that another outlet had before",
  },
  quotation: {
    style: "quotation",
    letter: "Q",
    label: "Quotations",
    meaning: "words that other articles quote as well",
  },
  boilerplate: {
    style: "boilerplate",
    letter: "B",
    label: "Boilerplate",
    meaning: "what outlets repeat (notices, captions, signatures), and stock phrases",
  },
  unclear: {
    style: "unclear",
    letter: "?",
    label: "Other shared text",
    meaning: "shared words that are none of these, or of which it is not known who had them first",
  },
  own: { style: "own", letter: "O", label: "Own text", meaning: "words in none of these" },
};

export type Part = keyof typeof PARTS;
export const PART_NAMES = Object.keys(PARTS) as Part[];

export const kind = (name: string): Origin => KINDS[name] ?? (KINDS.unknown as Origin);
