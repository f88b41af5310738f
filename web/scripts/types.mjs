// Writes src/data/block.ts, the types of the data block, from its schema; with --check only compares.
import { readFileSync, writeFileSync } from "node:fs";
import { compileFromFile } from "json-schema-to-typescript";

const schema = new URL("../../src/syndetect/report/page/block.schema.json", import.meta.url);
const place = new URL("../src/data/block.ts", import.meta.url);
const types = await compileFromFile(schema.pathname, {
  bannerComment: "// Made from block.schema.json by `npm run types:write`: change the schema, not this file.",
  format: false,
});
if (!process.argv.includes("--check")) {
  writeFileSync(place, types);
} else if (readFileSync(place, "utf8") !== types) {
  console.error("src/data/block.ts is not what block.schema.json says: run `npm run types:write`");
  process.exit(1);
}
