import { createMajordomo } from '@majordomo/core';
import { undiciFetch } from '@majordomo/undici';
import { listening } from './listening.mjs';

/** A minimal `node:http` handler that makes the same call. Supports only non-streaming responses. */
export async function listen(dialect, origin) {
  const providers = [await dialect.provider(dialect.baseURL(origin))];
  const model = createMajordomo({ env: {}, providers, fetch: undiciFetch() }).model(`p/${dialect.model}`);
  return listening(async (incoming, outgoing) => {
    let json = '';
    for await (const piece of incoming.setEncoding('utf8')) json += piece;
    const { messages, max_tokens: maxTokens } = JSON.parse(json);
    const request = messages.map(({ role, content }) => ({ role, parts: [{ type: 'text', text: content }] }));
    const { text } = await model.generate({ messages: request, maxTokens });
    const body = JSON.stringify(dialect.said(text));
    outgoing.writeHead(200, { 'content-type': 'application/json' }).end(body);
  });
}
