import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { editArguments, text } from '../src/server/scripts.mjs';
import { startServer } from '../src/server/start.mjs';
import { majordomo, undici } from '../src/subjects/majordomo.mjs';
import { sdk } from '../src/subjects/sdk.mjs';
import { WIRES } from '../src/wires/index.mjs';
import { openaiChat } from '../src/wires/openai-chat.mjs';

let server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const subjects = [...WIRES.map(majordomo), undici(openaiChat), sdk(openaiChat)].map(
  ({ family, wire, open }) => [family, wire, open],
);

describe.each(subjects)('%s on %s', (_family, wire, open) => {
  const at = (script) => open(server.place(script));

  test('reads the same text, complete and in deltas', async () => {
    const session = await at('text-9');
    const deltas = [];
    expect(await session.complete()).toBe(text(9));
    expect(await session.streamText((delta) => deltas.push(delta))).toBe(text(9));
    expect(deltas.length).toBeGreaterThan(0);
    expect(await (await at('paced-3')).streamText()).toBe(text(3));
  });

  test('reads the arguments of a tool call', async () => {
    const { streamTool } = await at('tool-20');
    expect(await streamTool()).toEqual({ name: 'edit_file', args: editArguments(20) });
  });

  test('takes as many steps as the model requests', async () => {
    const { runAgent } = await at(`turns-3.${_family}-${wire}`);
    expect(await runAgent()).toEqual({ steps: 3, text: 'done' });
  });
});
