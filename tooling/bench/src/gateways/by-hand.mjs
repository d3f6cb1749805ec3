import { createMajordomo } from '@majordomo/core';
import { listening } from './listening.mjs';

/** What an app writes that needs one answer at one address: a call, and `node:http`. Whole answers alone. */
export async function listen(dialect, origin) {
  const providers = [await dialect.provider(dialect.baseURL(origin))];
  const model = createMajordomo({ env: {}, providers }).model(`p/${dialect.model}`);
  return listening(async (incoming, outgoing) => {
    let json = '';
    for await (const piece of incoming.setEncoding('utf8')) json += piece;
    const { messages, input = messages, max_tokens: maxTokens } = JSON.parse(json);
    const request = input.map(({ role, content }) => ({ role, parts: [{ type: 'text', text: content }] }));
    const { text } = await model.generate({ messages: request, maxTokens });
    const body = JSON.stringify(dialect.said(text));
    outgoing.writeHead(200, { 'content-type': 'application/json' }).end(body);
  });
}
