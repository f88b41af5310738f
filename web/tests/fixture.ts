/** The report of the sample articles, as Python writes it. */
import type { Block } from "../src/data/block";
import { type Report, reportOf } from "../src/data/report";
import written from "./fixtures/seeds.json";

export const block = written as unknown as Block;

export const seeds = (): Report => reportOf(block);
