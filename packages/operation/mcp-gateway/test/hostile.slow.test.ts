import { expect, it } from 'vitest';
import { upstream } from './support/upstream.ts';
import { world } from './support/world.ts';

const HOSTILE = new URL('../../../agents/mcp/test/support/hostile.mjs', import.meta.url).pathname;
/** Tools of the hostile server: it dies, hangs, floods, lies, changes, and asks. */
const TOOLS =
  'echo look fail wipe mixed structured empty long hang once die garbage flood malformed refused steps pictures ' +
  'lies silent deaf chatty change grow sample roots form browser';
/** Tools with which sessions of 2025, which have their own connections, are checked as well. */
const WORST = ['hang', 'die', 'flood', 'deaf'];
const CASES: readonly (readonly ['2025' | '2026', tool: string, mode: string])[] = [
  ...TOOLS.split(' ').map((tool) => ['2026', tool, ''] as const),
  ['2026', 'echo', 'mute'],
  ...WORST.map((tool) => ['2025', tool, ''] as const),
];

const program = (mode: string) => ({
  command: process.execPath,
  args: [HOSTILE],
  env: { MODE: mode },
  connectMs: mode === 'mute' ? 500 : 20_000,
  timeoutMs: 2000,
  totalMs: 2000,
});

it.each(CASES)(
  'with clients of %s, a hostile server harms no user of another server with %s %s',
  async (protocol, tool, mode) => {
    const good = upstream((server) => {
      server.registerTool('echo', {}, () => ({ content: [{ type: 'text', text: 'good' }] }));
    });
    const { connect, events } = world({
      servers: { hostile: program(mode), good: good.place },
      callers: { ann: { key: 'ann' }, bob: { key: 'bob' } },
    });
    const [ann, bob] = [await connect('ann', { protocol }), await connect('bob', { protocol })];
    const attack = ann
      .callTool({ name: `hostile__${tool}`, arguments: { count: 3 } })
      .then(JSON.stringify, String);
    for (let n = 0; n < 10; n++)
      for (const client of [bob, ann])
        expect(await client.callTool({ name: 'good__echo' })).toMatchObject({
          content: [{ text: 'good' }],
        });
    const answer = await attack;
    expect((await bob.listTools()).tools.map(({ name }) => name)).toContain('good__echo');
    expect(await ann.callTool({ name: 'good__echo' })).toMatchObject({ content: [{ text: 'good' }] });
    expect(answer).not.toContain('secret-of-the-env');
    const started = events.flatMap((event) => (event.type === 'attempt-start' ? [event.target] : []));
    expect(started).toContain(mode === 'mute' ? 'mcp/hostile' : `mcp/hostile/${tool}`);
    const failed = events.filter((event) => event.type === 'call-end' && event.outcome === 'failed');
    expect(failed.every(({ call }) => call?.spec === 'mcp/hostile')).toBe(true);
  },
  30_000,
);
