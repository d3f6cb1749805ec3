import { expect, it } from 'vitest';
import { AgentFetch } from '../src/connect/agent-fetch.ts';

it('a client remembers only the latest tokens that it has sent', async () => {
  let count = 0;
  const home = new URL('http://127.0.0.1/');
  const agent = new AgentFetch(home, 'a2a "x"', {
    credential: () => Promise.resolve(`token ${++count % 300}`),
    fetch: () => Promise.resolve(Response.json({})),
  });
  // The tokens 1 and 2 are sent first and last.
  for (let request = 0; request < 302; request++) await agent.fetch(home);
  expect(agent.secrets.size).toBe(100);
  expect([...agent.secrets].slice(-3)).toEqual(['token 0', 'token 1', 'token 2']);
});
