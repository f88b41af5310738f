/** Names in charts, whose letters are not measured. */

/** Pixels that a letter of 12 pixels takes at most, on the average. */
export const LETTER = 6.8;

/** A name cut to the letters that have room in so many pixels. */
export function cut(name: string, room: number): string {
  const signs = [...name];
  const most = Math.max(4, Math.floor(room / LETTER));
  return signs.length > most
    ? `${signs
        .slice(0, most - 1)
        .join("")
        .trimEnd()}…`
    : name;
}

/** A text in as few lines as have room in so many pixels, parted between words. */
export function linesOf(text: string, room: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length && LETTER * longer.length <= room) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
