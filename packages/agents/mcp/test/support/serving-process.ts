import { defineTool } from '@majordomo/agent';
import { z } from 'zod';
import { serveMcp } from '../../src/index.ts';

// Server over stdio that prints to stderr when the client is gone.
const add = defineTool({
  name: 'add',
  description: 'Adds',
  parameters: z.object({ a: z.number(), b: z.number() }),
  run: ({ a, b }) => String(a + b),
});
const wipe = defineTool({
  name: 'wipe',
  description: 'Wipes',
  parameters: z.object({}),
  approval: true,
  run: () => 'wiped',
});
await serveMcp({ name: 'calc', version: '1.0.0', tools: [add, wipe] }).stdio();
console.error('the client is gone');
