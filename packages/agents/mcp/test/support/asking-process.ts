import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { defineTool } from '@majordomo/agent';
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
else {
  const http = createServer((incoming, outgoing) => {
    void (async () => {
      const body = Buffer.concat(await incoming.toArray());
      const headers = incoming.headers as Record<string, string>;
      const { method = 'GET' } = incoming;
      const request = new Request('http://127.0.0.1/mcp', {
        method,
        headers,
        ...(body.length > 0 && { body }),
      });
      const response = await server.fetch(request);
      outgoing.writeHead(response.status, Object.fromEntries(response.headers));
      outgoing.flushHeaders();
      for await (const chunk of response.body ?? []) outgoing.write(chunk);
      outgoing.end();
    })();
  });
  http.listen(0, '127.0.0.1', () => {
    console.log((http.address() as AddressInfo).port);
  });
}
