import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { editArguments, text } from '../src/server/scripts.mjs';
import { startServer } from '../src/server/start.mjs';
import { majordomo } from '../src/subjects/majordomo.mjs';
import { raw } from '../src/subjects/raw.mjs';
import { sdk } from '../src/subjects/sdk.mjs';
import { WIRES } from '../src/wires/index.mjs';
import { openaiChat } from '../src/wires/openai-chat.mjs';

let server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

/** The SDKs of the other wires are slow to load, and every run of a scenario checks what they read. */
const subjects = [...WIRES.map(raw), sdk(openaiChat), majordomo(openaiChat)].map(({ family, wire, open }) => [
  family,
  wire,
  open,
]);

describe.each(subjects)('%s over %s', (_family, wire, open) => {
  const at = (script) => open(server.place(script));

  test('reads the same text, whole and in deltas', async () => {
    const whole = await at('text-9');
    const deltas = [];
    expect(await whole.complete()).toBe(text(9));
    expect(await whole.streamText((delta) => deltas.push(delta))).toBe(text(9));
    expect(deltas.length).toBeGreaterThan(1);
    expect(await (await at('paced-3')).streamText()).toBe(text(3));
  });

  test('reads arguments and objects that come in pieces', async () => {
    const { streamTool } = await at('tool-20');
    if (streamTool !== undefined)
      expect(await streamTool()).toEqual({ name: 'edit_file', args: editArguments(20) });
    expect(await (await at('json-20')).streamJson()).toEqual(editArguments(20));
  });

  test('takes as many steps as the model asks for', async () => {
    const { runAgent } = await at(`turns-3.${_family}-${wire}`);
    expect(await runAgent()).toEqual({ steps: 3, text: 'done' });
  });
});

test.each(WIRES.map((dialect) => [dialect.name, dialect]))(
  '%s fails when it is to fail',
  async (_name, dialect) => {
    const { complete } = await raw(dialect).open(server.place('status-529'));
    await expect(complete()).rejects.toThrow(/^529 /);
  },
);
