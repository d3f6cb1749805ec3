import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import { createConversations } from '@majordomo/agent';
import { sqliteStores } from '@majordomo/store-sqlite';
import { createApp } from './app.ts';
import { chatModel } from './model.ts';

if (existsSync('.env')) process.loadEnvFile();
const HOST = '127.0.0.1';
const DEFAULT_PORT = 3000;
const port = Number(process.env['PORT'] || DEFAULT_PORT);
const model = chatModel(process.env);
const { records } = sqliteStores('chat.sqlite');
const app = createApp(model, createConversations({ records }));
const answer = getRequestListener(app.fetch);
const server = createServer();

if (process.argv.includes('--dev')) {
  const { createServer: createVite } = await import('vite');
  const vite = await createVite({ server: { middlewareMode: true, hmr: { server } } });
  server.on('request', (request, response) => {
    if (request.url?.startsWith('/api/')) void answer(request, response);
    else vite.middlewares(request, response);
  });
} else {
  if (!existsSync('dist/index.html')) console.warn('The page does not exist yet. Write it: npm run build');
  // Files that `npm run build` has written.
  app.use('*', serveStatic({ root: 'dist' }));
  server.on('request', (request, response) => void answer(request, response));
}
server.listen(port, HOST, () => {
  // With PORT=0, the system chooses a free port.
  const { port: actual } = server.address() as AddressInfo;
  console.log(`Chat with ${model.spec} at http://${HOST}:${actual}`);
});
