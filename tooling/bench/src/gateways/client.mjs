import { Buffer } from 'node:buffer';
import { Agent, request } from 'node:http';
import { PROMPT } from '../wires/wire.mjs';

const PROVIDERS = { 'openai-chat': 'openai', 'anthropic-messages': 'anthropic' };

/**
 * A client that costs little and reads all of it. `origin`: where a gateway that asks whom its client names finds the vendor.
 *
 * @returns {(streamed: boolean) => Promise<{ text: string, firstMs: number }>} what was said, and ms to the body's first byte
 */
export function clientOf(dialect, url, origin) {
  const agent = new Agent({ keepAlive: true });
  const provider = PROVIDERS[dialect.name];
  const named = provider && { 'x-portkey-provider': provider, 'x-portkey-custom-host': `${origin}/v1` };
  const headers = { 'content-type': 'application/json', ...dialect.headers, ...named };
  const path = new URL(dialect.baseURL(url) + dialect.path());
  return async (streamed) => {
    const body = JSON.stringify(dialect.body({ history: [dialect.user(PROMPT)], streamed }));
    const { text, firstMs } = await asked(path, { headers, agent, body });
    return { text: streamed ? textOf(text, dialect) : dialect.turn(JSON.parse(text)).text, firstMs };
  };
}

function asked(url, { body, headers, agent }) {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const length = { 'content-length': Buffer.byteLength(body) };
    request(url, { method: 'POST', agent, headers: { ...headers, ...length } }, (answer) => {
      let text = '';
      let firstMs;
      answer.setEncoding('utf8');
      answer.on('data', (piece) => {
        firstMs ??= performance.now() - began;
        text += piece;
      });
      answer.on('error', reject);
      answer.on('end', () => {
        if (answer.statusCode === 200) resolve({ text, firstMs });
        else reject(new Error(`${answer.statusCode} ${text}`));
      });
    })
      .on('error', reject)
      .end(body);
  });
}

const textOf = (events, dialect) =>
  [...events.matchAll(/^data: (\{.*)$/gm)].map(([, json]) => dialect.text(JSON.parse(json)) ?? '').join('');
