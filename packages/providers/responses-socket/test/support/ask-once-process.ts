// Sends one request over a socket, prints the id of the response and the number of sockets, and does nothing else.
import { socketFetch } from '../../src/index.ts';

let sockets = 0;
const fetch = socketFetch({
  onEvent: (event) => {
    if (event.type === 'open') sockets = event.sockets;
  },
});
const body = JSON.stringify({ model: 'm', input: [{ role: 'user', content: 'hi' }] });
const response = await fetch(process.argv[2] ?? '', { method: 'POST', body });
const { id } = (await response.json()) as { id: string };
console.log(id, sockets);
