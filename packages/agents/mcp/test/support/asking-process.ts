import { defineTool } from '@majordomo/agent';
import { serveFetch } from '@majordomo/test-support/fetch-server';
import { z } from 'zod';
import { ask, serveMcp } from '../../src/index.ts';

// Server whose tool asks `count` questions, over stdio, or over HTTP at a port that it prints.
const [transport = 'stdio'] = process.argv.slice(2);
const book = defineTool({
  name: 'book',
  description: 'Books meals',
  parameters: z.object({ count: z.number() }),
  async run({ count }, context) {
    const meals: string[] = [];
    for (let meal = 1; meal <= count; meal++) {
      const schema = z.object({ meal: z.string() });
      const answer = await ask(context, { message: `Meal ${meal}?`, schema });
      if (answer.action === 'accept') meals.push(answer.content.meal);
    }
    return `process ${process.pid}: ${meals.join()}`;
  },
});
const server = serveMcp({
  name: 'meals',
  version: '1.0.0',
  tools: [book],
  secret: 'a secret of at least thirty-two bytes',
});
if (transport === 'stdio') await server.stdio();
else console.log((await serveFetch((request) => server.fetch(request))).port);
