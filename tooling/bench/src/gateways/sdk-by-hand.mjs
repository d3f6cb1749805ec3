import { listening } from './listening.mjs';

/** What an app writes that needs one vendor at one address: its SDK, and `node:http`. Streams alone, from the first content on. */
export async function listen(dialect, origin) {
  const { stream } = await dialect.sdk(dialect.baseURL(origin));
  return listening(async (incoming, outgoing) => {
    let json = '';
    for await (const piece of incoming.setEncoding('utf8')) json += piece;
    for await (const event of await stream(JSON.parse(json))) {
      const hasBegun = outgoing.headersSent;
      if (!hasBegun && !dialect.text(event)) continue;
      if (!hasBegun) outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
      outgoing.write(`data: ${JSON.stringify(event)}\n\n`);
    }
    outgoing.end();
  });
}
