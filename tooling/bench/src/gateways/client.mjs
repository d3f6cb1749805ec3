import { Buffer } from 'node:buffer';
import { Agent, request } from 'node:http';
import { PROMPT } from '../wires/wire.mjs';

/**
 * A client that costs little and reads complete responses.
 *
 * @param {string} origin the vendor's address, for a gateway that reads it from a header
 * @param {string} [key] key of the gateway
 * @returns {{ ask: (streamed: boolean) => Promise<string>, disconnect: () => void }} `ask` returns the text of the response
 */
export function clientOf(dialect, url, origin, key) {
  const agent = new Agent({ keepAlive: true });
  const portkey = { 'x-portkey-provider': 'openai', 'x-portkey-custom-host': `${origin}/v1` };
  const own = key && { authorization: `Bearer ${key}` };
  const headers = { 'content-type': 'application/json', ...dialect.headers, ...portkey, ...own };
  const path = new URL(dialect.baseURL(url) + dialect.path);
  const ask = async (streamed) => {
    const body = JSON.stringify(dialect.body({ history: [dialect.user(PROMPT)], streamed }));
    const text = await responseTo(path, { headers, agent, body });
    return streamed ? textOf(text, dialect) : dialect.turn(JSON.parse(text)).text;
  };
  return { ask, disconnect: () => agent.destroy() };
}

function responseTo(url, { body, headers, agent }) {
  return new Promise((resolve, reject) => {
    const length = { 'content-length': Buffer.byteLength(body) };
    request(url, { method: 'POST', agent, headers: { ...headers, ...length } }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece) => (text += piece));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`${response.statusCode} ${text}`));
      });
    })
      .on('error', reject)
      .end(body);
  });
}

const textOf = (events, dialect) =>
  [...events.matchAll(/^data: (\{.*)$/gm)].map(([, json]) => dialect.text(JSON.parse(json)) ?? '').join('');
