/** Numbers, times and names as the page writes them. */
import { utcFormat } from "d3-time-format";

const NUMBER = new Intl.NumberFormat("en-US");
const day = utcFormat("%-d %b %Y");
const minute = utcFormat("%-d %b %Y, %H:%M UTC");

export const number = (value: number): string => NUMBER.format(value);

/** "1 article", "12 articles". */
export function counted(value: number, noun: string): string {
  return `${number(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** A share in per cent: 31.4 %. Less than 0.05 % of something is not 0. */
export function percent(share: number): string {
  if (share > 0 && share < 0.0005) return "< 0.1 %";
  return `${(100 * share).toFixed(1)} %`;
}

/** A time by its seconds since 1970; without the time of the day where that is not known. */
export function time(seconds: number | null, hasTime = true): string {
  if (seconds === null) return "undated";
  return (hasTime ? minute : day)(new Date(1000 * seconds));
}

/** A day as filters write it: 2019-01-31. */
export const isoDay = (seconds: number): string => new Date(1000 * seconds).toISOString().slice(0, 10);

/** A time as files have it, in ISO 8601 and UTC; the day alone where the time of the day is not known. */
export function isoTime(seconds: number | null, hasTime: boolean): string | null {
  if (seconds === null) return null;
  return hasTime ? new Date(1000 * seconds).toISOString() : isoDay(seconds);
}

/** A duration in its largest unit: "3 h", "2 days". */
export function duration(seconds: number): string {
  const units: [number, string][] = [
    [86_400 * 365, "year"],
    [86_400, "day"],
    [3600, "hour"],
    [60, "minute"],
  ];
  for (const [size, name] of units) if (seconds >= size) return counted(Math.round(seconds / size), name);
  return seconds > 0 ? "under a minute" : "no time";
}

/** How long something took: seconds, or a duration. */
export const took = (seconds: number): string =>
  seconds < 60 ? counted(Math.ceil(seconds), "second") : duration(seconds);

// Characters without a picture that could hide or turn what stands around them, but for joiners, which letters and emoji
// need.
const HIDDEN = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A name (title, id, outlet, agency) on one line, with signs for characters that steer the text around them. */
export function shown(name: string): string {
  return name.replace(/\s+/g, " ").replace(HIDDEN, "\ufffd");
}

/** An address that may be a link: http and https alone. */
export function safeAddress(url: string | null): string | null {
  if (!url) return null;
  try {
    const parsed = new URL(url);
    return parsed.protocol === "https:" || parsed.protocol === "http:" ? parsed.href : null;
  } catch {
    return null;
  }
}
