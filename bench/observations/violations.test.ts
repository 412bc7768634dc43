import { expect, test } from "vitest";
import { observations } from "./observations.ts";
import { readRawFile } from "./raw-data.ts";
import { REPORT_FOLDER } from "./report/places.ts";

test.each(observations)("nothing that $name has measured contradicts a guarantee", ({ name, violations }) => {
  expect(violations(readRawFile(REPORT_FOLDER, name).data)).toEqual([]);
});

/** Where a wrong count of one of the three backends is seen. */
const WRONG: Readonly<Record<string, (text: string) => string>> = {
  entity: (text) => text.replace('"isRight":true', '"isRight":false'),
  failure: (text) => text.replaceAll('"over":0', '"over":1'),
  processes: (text) => text.replaceAll('"over":0', '"over":1'),
  recovery: (text) => text.replace('"isRight":true', '"isRight":false'),
  replay: (text) => text.replace('"isRight":true', '"isRight":false'),
  steps: (text) => text.replace('"isRight":true', '"isRight":false'),
  restarts: (text) => text.replace('"isRight":true', '"isRight":false'),
};

test.each(Object.entries(WRONG))("%s tells of a wrong count", (name, spoil) => {
  const observation = observations.find((each) => each.name === name);
  const { data } = readRawFile(REPORT_FOLDER, name);
  expect(observation?.violations(JSON.parse(spoil(JSON.stringify(data))))).not.toEqual([]);
});
