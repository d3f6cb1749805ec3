import { LlmError, user, type ChatModel } from '@majordomo/core';

/** Makes a call. An invalid key advances the chain to the next target. All attempts together take at most five seconds. */
export async function askWithPolicy(model: ChatModel, question: string): Promise<string> {
  const options = { policy: { auth: { advance: true } }, timeouts: { totalMs: 5000 } } as const;
  try {
    return (await model.generate({ messages: [user(question)] }, options)).text;
  } catch (error) {
    // `LlmError.is` matches an `exhausted` error if the errors of all its attempts match.
    if (LlmError.is(error, 'auth')) return 'The API key is not valid.';
    if (LlmError.is(error, 'timeout', 'network')) return 'No connection.';
    throw error;
  }
}
