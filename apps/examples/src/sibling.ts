import { createMajordomo, user, type ChatModel } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';

/**
 * Code of another repository. It receives a `ChatModel`, so that tests can pass a fake, and `@majordomo/eslint-plugin`
 * reports raw SDKs in this code.
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

/** Creates the model of the application. No other file contains the name of a vendor. */
export const defaultModel = (env: object): ChatModel =>
  createMajordomo({ providers: [createAnthropic()], env }).model('anthropic/claude-large');
