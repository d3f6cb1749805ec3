import { LlmError, user, type ChatModel } from '@majordomo/core';

/** For this call alone: a refused key passes on to the next target, and all of it may take five seconds. */
export async function patient(model: ChatModel, question: string): Promise<string> {
  const options = { policy: { auth: { advance: true } }, timeouts: { totalMs: 5000 } } as const;
  try {
    return (await model.generate({ messages: [user(question)] }, options)).text;
  } catch (error) {
    // An exhausted chain is `auth` when every one of its attempts was.
    if (LlmError.is(error, 'auth')) return 'Somebody has to log in again.';
    if (LlmError.is(error, 'timeout', 'network')) return 'No connection.';
    throw error;
  }
}
