import { registerHooks } from 'node:module';

// What of the SDK is loaded when: prints how many of its modules have been by each point.
let loaded = 0;
registerHooks({
  load(url, context, next) {
    if (url.includes('@modelcontextprotocol')) loaded += 1;
    return next(url, context);
  },
});
const { connectMcp, serveMcp } = await import('../../src/index.ts');
const afterImport = loaded;
const server = serveMcp({ name: 'x', version: '1', tools: [] });
const afterServe = loaded;
const fetch = (input: URL | Request | string, init?: RequestInit): Promise<Response> =>
  server.fetch(new Request(input, init));
const box = await connectMcp({ name: 'x', place: { url: 'http://localhost', fetch } });
await box.close();
console.log(JSON.stringify({ afterImport, afterServe, afterConnect: loaded > 0 }));
