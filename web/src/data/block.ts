// Made from block.schema.json by `npm run types:write`: change the schema, not this file.

/**
 * Texts of consecutive documents: whole; or pieces with the places where they begin; or null.
 */
export type Texts = (null | string | [(number | string), (number | string)][])[]

/**
 * The data block of a report page. Each part is JSON, compressed by gzip, in base64, in a script element `part-NAME` of a type that browsers do not run; texts are in parts `texts-0`, `texts-1` ...
 */
export interface Block {
head: Head
documents: Documents
passages: Passages
uses: Uses
texts: Texts
}
/**
 * What the first screen shows; all numbers are of the whole result.
 */
export interface Head {
/**
 * Of this format.
 */
version: 1
/**
 * Of what was found: marks and notes of a reader are kept under it.
 */
id: string
/**
 * syndetect and its version.
 */
program: string
/**
 * When the scan began: ISO 8601, UTC; null where it is not recorded.
 */
scanned: (string | null)
/**
 * How long it took.
 */
seconds: (number | null)
/**
 * Names of the files that were read, at most 20.
 */
inputs: string[]
/**
 * How many there were.
 */
input_files: number
/**
 * In words, those that differ from the default first.
 */
settings: {
name: string
value: string
}[]
/**
 * Whether all articles that share passages have their texts in the file.
 */
texts: ("all" | "some" | "none")
/**
 * Why not all have.
 */
text_note: (string | null)
/**
 * Whether outlets, titles and ids are replaced.
 */
anonymised: boolean
/**
 * What outlets are here.
 */
noun: ("outlet" | "article")
/**
 * Of the whole result, also of what the file leaves out.
 */
totals: {
documents: number
words: number
reused_words: number
passages: number
uses: number
outlets: number
skipped: number
composition: Composition
}
/**
 * How much of it the file holds, and in words what it leaves out.
 */
kept: {
documents: number
passages: number
texts: number
note: (string | null)
}
/**
 * All kinds, also those without passages; words are those of all uses.
 */
kinds: {
name: string
passages: number
uses: number
words: number
}[]
/**
 * Agencies by the words of their copy in articles of others (words), most first; own are the words in the agency's own articles. Where the agency of wire copy is not known, the name is empty.
 */
agencies: {
name: string
passages: number
documents: number
words: number
own: number
/**
 * Who carried it, by name of the outlet (an article without one by its id), most words first.
 */
carried: {
name: string
words: number
}[]
}[]
/**
 * Outlets by name, those first of whose words most are shared; articles without a source are of none. Where no source is known, each article that shares words stands for itself, by its id.
 */
outlets: {
name: string
documents: number
words: number
composition: Composition
}[]
/**
 * Pairs of outlets (a < b) that share narration (wire, copies, releases, what is not clear): the words of the passages that both have, and of these the ones that a, or b, had first.
 */
pairs: {
a: number
b: number
words: number
a_first: number
b_first: number
}[]
/**
 * Outlets, those that share much beside one another: the order of the matrix. Outlets that share nothing are left out.
 */
order: number[]
/**
 * Outlets that share words too, but less than those of the order.
 */
unlisted: number
/**
 * The first document of each block of texts, and the number of all documents.
 */
blocks: number[]
}
/**
 * The words of an article, an outlet or all, parted by origin: six shares that sum to 1 (0 where there are no words).
 */
export interface Composition {
/**
 * share of words in agency copy
 */
agency: number
/**
 * share that another outlet had before
 */
copied: number
/**
 * share in quotations that others have too
 */
quotation: number
/**
 * share in furniture of outlets and in stock phrases
 */
boilerplate: number
/**
 * share reused, of which it is not known who had it first
 */
unclear: number
/**
 * share in none of these
 */
own: number
}
/**
 * A row an article, in columns of one length: the articles with most reuse first.
 */
export interface Documents {
id: string[]
/**
 * By number in the head; -1 where it is not known.
 */
outlet: number[]
/**
 * Seconds since 1970, UTC.
 */
published: (number | null)[]
/**
 * 1 where the time of the day is known too.
 */
dated: (0 | 1)[]
title: (string | null)[]
url: (string | null)[]
words: number[]
reused_words: number[]
/**
 * share of words in agency copy
 */
agency: number[]
/**
 * share that another outlet had before
 */
copied: number[]
/**
 * share in quotations that others have too
 */
quotation: number[]
/**
 * share in furniture of outlets and in stock phrases
 */
boilerplate: number[]
/**
 * share reused, of which it is not known who had it first
 */
unclear: number[]
/**
 * share in none of these
 */
own: number[]
/**
 * Agencies whose copy it has, most words first.
 */
agencies: (string | null)[]
/**
 * Whether it names them: yes, no, partly.
 */
credited: (string | null)[]
derivation: (string | null)[]
/**
 * A document of the file, by number.
 */
derived_from: (number | null)[]
/**
 * 0: no text; 1: whole; 2: its passages alone.
 */
text: (0 | 1 | 2)[]
}
/**
 * A row a passage, in columns of one length (uses: one more): wire and copies by reach first.
 */
export interface Passages {
/**
 * passage_id of the tables.
 */
id: number[]
kind: number[]
/**
 * -1 where there is none.
 */
agency: number[]
confidence: (number | null)[]
words: number[]
documents: number[]
outlets: number[]
/**
 * The document that had it first; -1 where it is not known, or none of the file.
 */
first: number[]
/**
 * Who had it first in words, if no article of the file: a virtual source such as AFP (inferred).
 */
origin: (string | null)[]
first_published: (number | null)[]
/**
 * Seconds from the earliest to the latest use.
 */
spread: (number | null)[]
quoted_share: number[]
/**
 * How many of its documents credit its agency.
 */
credited: number[]
reasons: string[]
evidence: (string | null)[]
/**
 * The beginning of its text.
 */
snippet: string[]
/**
 * The first use of each passage, and the number of all uses.
 */
uses: number[]
}
/**
 * A row a use, passage by passage, in order of time.
 */
export interface Uses {
document: number[]
/**
 * In characters (Unicode code points) of the text.
 */
begin: number[]
end: number[]
words: number[]
/**
 * Share of words equal to those of the first.
 */
identity: (number | null)[]
/**
 * 0: first; 1: copy; 2: not known.
 */
role: (0 | 1 | 2)[]
}
