/** The report in memory: the columns of the data block, and look-ups over them. Documents, passages and uses are numbers. */
import { ArticleText } from "../text/article_text";
import type { Block, Composition, Documents, Head, Passages, Texts, Uses } from "./block";
import { part, VERSION } from "./unpack";

export class Report {
  private readonly blocks = new Map<number, Promise<Texts>>();
  private readonly texts = new Map<number, ArticleText>();
  private readonly numbers = new Map<string, number>();
  private readonly passageNumbers = new Map<number, number>();
  /** Int32[documents + 1], Int32[uses]: the uses of each document, in the order of its text. */
  private readonly firstUse: Int32Array;
  private readonly usesOfDocuments: Int32Array;
  /** Int32[uses]: the passage of each use. */
  readonly passageOf: Int32Array;

  constructor(
    readonly head: Head,
    readonly documents: Documents,
    readonly passages: Passages,
    readonly uses: Uses,
    private readonly read: (block: number) => Promise<Texts>,
  ) {
    documents.id.forEach((id, number) => {
      this.numbers.set(id, number);
    });
    passages.id.forEach((id, number) => {
      this.passageNumbers.set(id, number);
    });
    this.passageOf = new Int32Array(uses.document.length);
    for (let passage = 0; passage < passages.id.length; passage++) {
      this.passageOf.fill(passage, passages.uses[passage], passages.uses[passage + 1]);
    }
    this.usesOfDocuments = Int32Array.from(uses.document.keys()).sort(
      (a, b) =>
        at(uses.document, a) - at(uses.document, b) ||
        at(uses.begin, a) - at(uses.begin, b) ||
        at(uses.end, b) - at(uses.end, a),
    );
    this.firstUse = new Int32Array(documents.id.length + 1);
    for (const document of uses.document) this.firstUse[document + 1] = at(this.firstUse, document + 1) + 1;
    for (let n = 0; n < documents.id.length; n++) {
      this.firstUse[n + 1] = at(this.firstUse, n + 1) + at(this.firstUse, n);
    }
  }

  /** The uses of a passage, in order of time. */
  usesOf(passage: number): number[] {
    const [begin, end] = [at(this.passages.uses, passage), at(this.passages.uses, passage + 1)];
    return Array.from({ length: end - begin }, (_, n) => begin + n);
  }

  /** The uses in a document, in the order of its text, longer ones first. */
  usesIn(document: number): number[] {
    return [...this.usesOfDocuments.subarray(this.firstUse[document], this.firstUse[document + 1])];
  }

  /** A document by its id, a passage by its passage_id; undefined where the file has none. */
  documentOf = (id: string): number | undefined => this.numbers.get(id);
  passageBy = (id: number): number | undefined => this.passageNumbers.get(id);

  kind = (passage: number): string => this.head.kinds[at(this.passages.kind, passage)]?.name ?? "unknown";
  agency = (passage: number): string | null =>
    this.head.agencies[at(this.passages.agency, passage)]?.name ?? null;
  outlet = (document: number): string | null =>
    this.head.outlets[at(this.documents.outlet, document)]?.name ?? null;

  /** What a document is called where there is little room: its outlet, else its id. */
  name = (document: number): string => this.outlet(document) ?? at(this.documents.id, document);

  /** The text of a document, which is decompressed with its neighbours when it is first asked for. */
  async text(document: number): Promise<ArticleText> {
    const known = this.texts.get(document);
    if (known) return known;
    const block = this.blockOf(document);
    if (!this.blocks.has(block)) this.blocks.set(block, this.read(block));
    const texts = await (this.blocks.get(block) as Promise<Texts>);
    const text = new ArticleText(texts[document - at(this.head.blocks, block)] ?? null);
    this.texts.set(document, text);
    return text;
  }

  /** The words of a use, or null where the file does not hold them. */
  async textOf(use: number): Promise<string | null> {
    const text = await this.text(at(this.uses.document, use));
    return text.slice(at(this.uses.begin, use), at(this.uses.end, use));
  }

  private blockOf(document: number): number {
    let [low, high] = [0, this.head.blocks.length - 1];
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if (at(this.head.blocks, middle) <= document) low = middle;
      else high = middle;
    }
    return low;
  }
}

/** An entry that there is: columns have one length, and numbers of rows come from the block itself. */
export function at<T>(column: ArrayLike<T>, row: number): T {
  return column[row] as T;
}

/** The words of a document, parted by origin. */
export function compositionOf({ documents }: Report, document: number): Composition {
  const share = (part: keyof Composition) => at(documents[part], document);
  return {
    agency: share("agency"),
    copied: share("copied"),
    quotation: share("quotation"),
    boilerplate: share("boilerplate"),
    unclear: share("unclear"),
    own: share("own"),
  };
}

/** The head, which the first screen needs. */
export async function readHead(): Promise<Head> {
  const head = await part<Head>("head");
  if (head.version !== VERSION)
    throw new Error(`the file has data of version ${head.version}, not ${VERSION}`);
  return head;
}

/** All but the texts. */
export async function readReport(head: Head): Promise<Report> {
  const [documents, passages, uses] = await Promise.all([
    part<Documents>("documents"),
    part<Passages>("passages"),
    part<Uses>("uses"),
  ]);
  return new Report(head, documents, passages, uses, (block) => part<Texts>(`texts-${block}`));
}

/** A report of a block that is at hand whole, as tests have it. */
export function reportOf(block: Block): Report {
  return new Report(
    { ...block.head, blocks: [0, block.documents.id.length] },
    block.documents,
    block.passages,
    block.uses,
    () => Promise.resolve(block.texts),
  );
}
