import { LlmError, user, type ChatModel, type ChatResponse, type ChatStream } from '@majordomo/core';
import { promptOf, scriptedAnswer } from './script.ts';

/** Probabilities of the ways in which a caller treats its call. */
const ABORTS = 0.02;
const LEAVES = 0.02;
const READS_SLOWLY = 0.03;
const NON_STREAMING_SHARE = 0.05;

const TOOLS = [
  {
    name: 'note',
    description: 'Keeps a note',
    parameters: { type: 'object', properties: { note: { type: 'string' } }, required: ['note'] },
  },
] as const;

const POLICIES = [
  { afterCommit: 'error', whenAllBenched: 'fail' },
  { afterCommit: 'restart', whenAllBenched: 'wait' },
  { afterCommit: 'restart', whenAllBenched: 'try-soonest' },
] as const;

/** Outcome of a call. `wrong` describes a violated guarantee. */
export interface End {
  readonly how: string;
  readonly wrong: string | undefined;
}

/** Makes one call. It must end with the complete answer, or with a typed error whose partial response is a part of the answer. */
export async function oneCall(
  model: ChatModel,
  call: number,
  random: () => number,
  signal: AbortSignal,
): Promise<End> {
  // The range that contains this number decides how the caller treats the call.
  const fate = random();
  const own = new AbortController();
  const request = { messages: [user(promptOf(call))], tools: TOOLS, maxTokens: 100 };
  const options = { ...POLICIES[call % POLICIES.length], signal: fate < ABORTS ? own.signal : signal };
  try {
    if (fate > 1 - NON_STREAMING_SHARE)
      return answered('answered', call, await model.generate(request, options));
    const stream = model.stream(request, options);
    const shown = await show(stream, fate, own);
    if (shown === undefined) return { how: 'left by its reader', wrong: undefined };
    const response = await stream.response();
    if (shown !== response.text) return { how: 'answered', wrong: `showed ${JSON.stringify(shown)}` };
    return answered(
      response.attempts.length > 1 ? 'answered by a later attempt' : 'answered',
      call,
      response,
    );
  } catch (error) {
    return failed(error, call, fate < ABORTS);
  }
}

/** Reads a stream as a user interface does. Returns `undefined` if the reader stopped early. */
async function show(stream: ChatStream, fate: number, own: AbortController): Promise<string | undefined> {
  const isSlow = fate >= ABORTS + LEAVES && fate < ABORTS + LEAVES + READS_SLOWLY;
  let text = '';
  for await (const event of stream) {
    if (event.type === 'reset') text = '';
    if (event.type !== 'text-delta') continue;
    text += event.text;
    if (fate < ABORTS) own.abort();
    else if (fate < ABORTS + LEAVES) return undefined;
    else if (isSlow) await new Promise((resolve) => setTimeout(resolve, 150));
  }
  return text;
}

function answered(how: string, call: number, { text, toolCalls }: ChatResponse): End {
  const due = scriptedAnswer(call);
  const args = toolCalls.map((each) => JSON.stringify(each.args)).join();
  const isComplete = text === due.text && args === (due.args === undefined ? '' : JSON.stringify(due.args));
  return { how, wrong: isComplete ? undefined : `answered ${JSON.stringify(text)} ${args}` };
}

/** Kinds of errors that would be a fault of the soak test: an invalid request or configuration. */
const OWN_FAULT: ReadonlySet<string> = new Set([
  'config',
  'invalid-request',
  'auth',
  'not-found',
  'unsupported',
]);

function failed(error: unknown, call: number, mayAbort: boolean): End {
  if (!LlmError.is(error)) return { how: 'untyped error', wrong: String(error) };
  const how = `failed: ${error.kind}`;
  const partial = error.details.partial?.text ?? '';
  if (!scriptedAnswer(call).text.startsWith(partial))
    return { how, wrong: `kept ${JSON.stringify(partial)}` };
  const isOwn = OWN_FAULT.has(error.kind) || (error.kind === 'aborted' && !mayAbort);
  return { how, wrong: isOwn ? error.message : undefined };
}
