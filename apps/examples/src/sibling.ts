import { createMajordomo, user, type ChatModel } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';

/**
 * Code of another repository: it is handed a `ChatModel`, so that tests hand it a fake, and its linter
 * (`@majordomo/eslint-plugin`) keeps raw SDKs out of it.
 */
export class Summariser {
  private readonly model: ChatModel;

  constructor(model: ChatModel) {
    this.model = model;
  }

  async run(text: string, signal?: AbortSignal): Promise<string> {
    const request = { system: 'Sum up in one sentence.', messages: [user(text)] };
    return (await this.model.generate(request, { signal })).text;
  }
}

/** The one place of that app that knows vendors. */
export const defaultModel = (env: object): ChatModel =>
  createMajordomo({ providers: [createAnthropic()], env }).model('anthropic/claude-large');
