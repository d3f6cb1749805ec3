// Serves the built site on a port of 127.0.0.1, as any server of files does.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { URL } from 'node:url';

/** Folder of the built site. */
export const DIST = join(import.meta.dirname, 'dist');

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** Starts the server. Returns its address, and a function that stops it. */
export async function serveSite() {
  const server = createServer((request, response) => void serve(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() };
}

async function serve({ url }, response) {
  const path = decodeURI(new URL(url, 'http://site').pathname);
  const file = path.endsWith('/') ? `${path}index.html` : path;
  try {
    const bytes = await readFile(join(DIST, file));
    response
      .writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' })
      .end(bytes);
  } catch {
    response.writeHead(404).end();
  }
}
