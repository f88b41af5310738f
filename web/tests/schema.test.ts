import Ajv from "ajv";
import { expect, test } from "vitest";
import schema from "../../src/syndetect/report/page/block.schema.json";
import { VERSION } from "../src/data/unpack";
import { block } from "./fixture";

test("the block that Python makes is as the schema says, in the version that the page reads", () => {
  const validate = new Ajv({ allowUnionTypes: true }).compile(schema);
  expect(validate(block), JSON.stringify(validate.errors)).toBe(true);
  expect(block.head.version).toBe(VERSION);
});
