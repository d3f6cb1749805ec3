import { expect, it } from 'vitest';
import { newBackground } from './background-request.ts';
import { KnownTools } from './known-tools.ts';

it('stores no login of an MCP server with a background response', () => {
  const tools = [
    {
      type: 'mcp',
      server_label: 'tracker',
      server_url: 'https://tracker.example/mcp?key=hidden',
      headers: { 'x-key': 'hidden' },
      authorization: 'hidden',
    },
  ];
  const echo = {
    model: 'large',
    body: { model: 'large', background: true, input: 'hi', tools },
    isStored: true,
    createdAt: 0,
    now: () => 0,
    known: new KnownTools(),
  };
  const { stored } = newBackground(echo, { ancestors: [], input: 'hi' });
  expect(stored.job).toMatchObject({ tools: [{ server_label: 'tracker' }] });
  expect(JSON.stringify(stored)).not.toContain('hidden');
});
