import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { image, user } from '@majordomo/core';
import { expect, it } from 'vitest';
import { parseTrajectory, toLine, trajectoryOf } from '../src/index.ts';
import { about, run, toolTurn } from './support/runs.ts';

// Files of each stored format. WRITE_STORED=1 writes the file of the current format, which never changes after its first release.
const WRITTEN = join(import.meta.dirname, 'written');
const FILE = join(WRITTEN, '1.jsonl');
const AT = new Date('2026-11-23T00:00:00Z');
const picture = image(new Uint8Array([137, 80, 78, 71, 0, 255]));
const written = async () =>
  trajectoryOf(await run([toolTurn, 'Take the boots.'], [user('Which shoes?', picture)]), about, AT);

it.runIf(process.env['WRITE_STORED'] === '1')('writes the file of the current format', async () => {
  writeFileSync(FILE, `${toLine(await written())}\n`);
});

const files = readdirSync(WRITTEN);

it.each(files)('reads %s as this release would write it', async (name) => {
  const line = readFileSync(join(WRITTEN, name), 'utf8').trimEnd();
  expect(parseTrajectory(line)).toEqual(await written());
});
