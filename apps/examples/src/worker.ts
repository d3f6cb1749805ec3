import { createMajordomo, LlmError, user, type Majordomo } from '@majordomo/core';
import { createOpenAI } from '@majordomo/provider-openai';

/** Kept over requests of one isolate: with a new one for each, nobody would ever be benched. */
let majordomo: Majordomo | undefined;

/** A Worker: its `env` holds the keys, and may hold bindings, which are not read. */
const worker = {
  async fetch(request: Request, env: object): Promise<Response> {
    majordomo ??= createMajordomo({ providers: [createOpenAI({ api: 'chat' })], env });
    try {
      const messages = [user(await request.text())];
      const { text } = await majordomo.model('lab/gpt-4o').generate({ messages }, { signal: request.signal });
      return new Response(text);
    } catch (error) {
      if (!LlmError.is(error)) throw error;
      return new Response(error.kind, { status: LlmError.is(error, 'rate-limit', 'overloaded') ? 503 : 502 });
    }
  },
};

export default worker;
