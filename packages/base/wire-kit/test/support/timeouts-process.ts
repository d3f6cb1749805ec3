import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { patientFetch } from '../../src/http.ts';

/** Prints the timeouts with which `fetch` and `patientFetch` of this Node send a request. */

interface Timeouts {
  readonly headersTimeout: number | null;
  readonly bodyTimeout: number | null;
}

const requests: Timeouts[] = [];
subscribe('undici:request:create', (message) => {
  const { headersTimeout, bodyTimeout } = (message as { readonly request: Timeouts }).request;
  requests.push({ headersTimeout, bodyTimeout });
});
const server = createServer((_, response) => response.end('ok')).listen(0, '127.0.0.1');
await once(server, 'listening');
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
await (await fetch(url)).text();
await (await patientFetch(url)).text();
server.closeAllConnections();
server.close();
const [platform, patient] = requests;
console.log(JSON.stringify({ line: Number.parseInt(process.versions.node), platform, patient }));
