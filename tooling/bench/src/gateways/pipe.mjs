import { Agent, request } from 'node:http';
import { listening } from './listening.mjs';

const agent = new Agent({ keepAlive: true });

/** Pipes bytes in both directions and parses nothing. */
export const listen = (_dialect, origin) =>
  listening((incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const asked = request(origin + url, { method, headers, agent }, (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers);
      answer.pipe(outgoing);
    });
    asked.on('error', () => outgoing.destroy());
    incoming.pipe(asked);
  });
