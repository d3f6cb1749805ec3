import { describe, expect, it } from 'vitest';
import { upstream } from './support/upstream.ts';
import { world } from './support/world.ts';

const HOSTILE = new URL('../../../agents/mcp/test/support/hostile.mjs', import.meta.url).pathname;
/** Tools of the hostile server: it dies, hangs, floods, lies, changes, and asks. */
const TOOLS = [
  ...[
    'echo',
    'look',
    'fail',
    'wipe',
    'mixed',
    'structured',
    'empty',
    'long',
    'hang',
    'once',
    'die',
    'garbage',
  ],
  ...[
    'flood',
    'malformed',
    'refused',
    'steps',
    'pictures',
    'lies',
    'silent',
    'deaf',
    'chatty',
    'change',
    'grow',
  ],
  ...['sample', 'roots', 'form', 'browser'],
];
const MODES = TOOLS.map((tool) => ({ tool, mode: '' })).concat({ tool: 'echo', mode: 'mute' });

const program = (mode: string) => ({
  command: process.execPath,
  args: [HOSTILE],
  env: { MODE: mode },
  connectMs: 2000,
  timeoutMs: 1000,
  totalMs: 1000,
});

describe.each(['2025', '2026'] as const)(
  'behind the gateway, with clients of %s, a hostile server',
  (protocol) => {
    it.each(MODES)('harms no user of another server with $tool $mode', async ({ tool, mode }) => {
      const good = upstream((server) => {
        server.registerTool('echo', {}, () => ({ content: [{ type: 'text', text: 'good' }] }));
      });
      const { connect, events } = world({
        servers: { hostile: program(mode), good: good.place },
        callers: { ann: { key: 'ann' }, bob: { key: 'bob' } },
      });
      const [ann, bob] = [await connect('ann', { protocol }), await connect('bob', { protocol })];
      if (mode === '') expect((await ann.listTools()).tools.length).toBeGreaterThan(TOOLS.length);
      const began = performance.now();
      const attack = ann
        .callTool({ name: `hostile__${tool}`, arguments: { count: 3 } })
        .then(JSON.stringify, String);
      for (let n = 0; n < 10; n++)
        for (const client of [bob, ann])
          expect(await client.callTool({ name: 'good__echo' })).toMatchObject({
            content: [{ text: 'good' }],
          });
      const ms = performance.now() - began;
      const answer = await attack;
      expect((await bob.listTools()).tools.map(({ name }) => name)).toContain('good__echo');
      expect(await ann.callTool({ name: 'good__echo' })).toMatchObject({ content: [{ text: 'good' }] });
      expect(ms).toBeLessThan(1000);
      expect(answer).not.toContain('secret-of-the-env');
      const failed = events.filter((event) => event.type === 'call-end' && event.outcome === 'failed');
      expect(failed.every(({ call }) => call?.spec === 'mcp/hostile')).toBe(true);
    });
  },
);
