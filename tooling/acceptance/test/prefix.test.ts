import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { converse } from '../src/conversation.ts';
import { SIDES } from '../src/wires.ts';

/** Number of turns. With SOAK=1, as in the nightly run, ten. */
const TURNS = process.env['SOAK'] === undefined ? 5 : 10;
const STRICT = '--unhandled-rejections=strict';
const script = fileURLToPath(new URL('../src/conversation-process.ts', import.meta.url));

/** Requests of another process, by the names of the sides. */
let others: Readonly<Record<string, readonly unknown[]>> = {};
beforeAll(async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [STRICT, script, String(TURNS)], {
    maxBuffer: 1 << 26,
  });
  others = JSON.parse(stdout) as typeof others;
}, 60_000);

describe.each(SIDES.map((side) => [side.wire.name, side] as const))('on %s', (name, side) => {
  it('the messages of a turn are a byte prefix of the next one, also from another process', async () => {
    const turns = (await converse(side, TURNS)).map((messages) => JSON.stringify(messages));
    expect(turns.length).toBe(TURNS);
    for (const [at, turn] of turns.entries()) {
      const next = turns[at + 1];
      if (next !== undefined) expect(next.startsWith(turn.slice(0, -1))).toBe(true);
    }
    expect(others[name]?.map((messages) => JSON.stringify(messages))).toEqual(turns);
  });
});
