/** Full-text search in the passages. Texts are decompressed block by block, while the page stays usable. */
import { at, type Report } from "../data/report";

/** Text as it is compared: without case and accents, with one space wherever there is any white space. */
export function folded(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").replace(/\s+/g, " ").toLowerCase();
}

/** What a search looks for: words, and phrases in quotation marks; all must be there. */
export function terms(query: string): string[] {
  return [...query.matchAll(/"([^"]*)"|([^\s"]+)/g)]
    .map((match) => folded((match[1] ?? match[2] ?? "").trim()))
    .filter(Boolean);
}

export class Search {
  private readonly texts: (string | null)[];

  constructor(private readonly report: Report) {
    this.texts = new Array(report.passages.id.length).fill(null);
  }

  /** The passages that have all terms in their texts, as their first uses have them; `signal` ends the search. */
  async find(query: string, signal: AbortSignal): Promise<Set<number>> {
    const wanted = terms(query);
    const found = new Set<number>();
    let pause = performance.now() + 30;
    for (let passage = 0; passage < this.texts.length; passage++) {
      const text = this.texts[passage] ?? (await this.take(passage));
      if (wanted.every((term) => text.includes(term))) found.add(passage);
      if (performance.now() > pause) {
        await new Promise((resume) => setTimeout(resume));
        signal.throwIfAborted();
        pause = performance.now() + 30;
      }
    }
    return found;
  }

  private async take(passage: number): Promise<string> {
    const { passages } = this.report;
    const use = at(passages.uses, passage);
    const text = folded((await this.report.textOf(use)) ?? at(passages.snippet, passage));
    this.texts[passage] = text;
    return text;
  }
}
