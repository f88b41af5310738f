/** Parts of the data block, taken out of the page. */
import type { Head } from "./block";

/** The version of the data block that this page reads. */
export const VERSION: Head["version"] = 1;

/** The value of a part: JSON, compressed by gzip, in base64. */
export async function unpack(base64: string): Promise<unknown> {
  const signs = atob(base64.trim());
  const packed = new Uint8Array(signs.length);
  for (let place = 0; place < signs.length; place++) packed[place] = signs.charCodeAt(place);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

/** A part of the page by its name. A part is read once, so its text is removed from the page. */
export async function part<T>(name: string): Promise<T> {
  const element = document.getElementById(`part-${name}`);
  if (!element) throw new Error(`the file has no part ${name}: it was cut off, or changed`);
  const text = element.textContent ?? "";
  element.remove();
  return (await unpack(text)) as T;
}
