import { EventType, HttpAgent, runHttpRequest, transformHttpEventStream, verifyEvents } from '@ag-ui/client';
import type { Agent, Tool } from '@majordomo/agent';
import { agUiChannel, agUiResponse, fromAgUi } from '@majordomo/ui/ag-ui';

const SECRET = 'secret-of-32-bytes-for-the-suite';

/** Run that a client of AG-UI sends to an agent. */
export interface AgUiRun {
  /** Returns the agent with these tools of the page. */
  readonly agentWith: (tools: readonly Tool[]) => Agent;
  /** Reaction to a failure after the first content of a response. */
  readonly afterCommit?: 'restart' | 'continue';
  /** Returns whether the person approves a call that waits. */
  readonly approve?: () => boolean;
  /** Returns whether the page answers a call of its tool in this request. */
  readonly answers?: () => boolean;
  /** Whether the server stops the run after the first text. */
  readonly isStopped?: boolean;
}

/** Result of a run: outcomes of its requests, the text that the client shows, and the problems that the verifier reported. */
export interface AgUiResult {
  readonly outcomes: readonly string[];
  readonly text: string;
  readonly problems: readonly string[];
}

/** Tools of the page. */
const PAGE_TOOLS = [{ name: 'locate', description: 'Place of the user' }];

/** Sends requests until no call waits for a person or a tool of the page. The events of each response pass through the verifier of the protocol. */
export async function play(run: AgUiRun): Promise<AgUiResult> {
  const { approve = () => true, answers = () => true } = run;
  const outcomes: string[] = [];
  const problems: string[] = [];
  const client = new HttpAgent({
    url: 'http://chat.test/',
    threadId: 't',
    fetch: async (_url: unknown, init: RequestInit = {}) => {
      const response = await respond(run, JSON.parse(init.body as string) as unknown);
      const { outcome, problem } = await verified(response.clone());
      outcomes.push(outcome);
      if (problem !== undefined) problems.push(problem);
      return response;
    },
  });
  client.addMessage({ id: 'u', role: 'user', content: 'hi' });
  await client.runAgent({ tools: PAGE_TOOLS });
  while (client.pendingInterrupts.length > 0 || openCalls(client).length > 0) {
    const isAlone = client.pendingInterrupts.length === 0;
    for (const [index, toolCallId] of openCalls(client).entries())
      // At least one result is sent, because a request must contain an answer.
      if (answers() || (isAlone && index === 0))
        client.addMessage({ id: `result-${toolCallId}`, role: 'tool', toolCallId, content: 'Oslo' });
    const resume = client.pendingInterrupts.map(({ id }) => {
      return { interruptId: id, status: 'resolved' as const, payload: { approved: approve() } };
    });
    await client.runAgent({ tools: PAGE_TOOLS, ...(isAlone ? {} : { resume }) });
  }
  const texts = client.messages.flatMap((message) =>
    message.role === 'assistant' ? (message.content ?? '') : [],
  );
  return { outcomes, text: texts.join(''), problems };
}

/** Returns the ids of the calls of the page's tools that have no result. */
function openCalls({ messages }: HttpAgent): readonly string[] {
  const answered = new Set(messages.map((message) => (message.role === 'tool' ? message.toolCallId : '')));
  const calls = messages.flatMap((message) =>
    message.role === 'assistant' ? (message.toolCalls ?? []) : [],
  );
  const open = calls.filter(({ id, function: { name } }) => name === 'locate' && !answered.has(id));
  return open.map(({ id }) => id);
}

async function respond({ agentWith, afterCommit, isStopped }: AgUiRun, body: unknown): Promise<Response> {
  const input = await fromAgUi(body, { secret: SECRET });
  const channel = agUiChannel(input);
  const stop = new AbortController();
  const stream = agentWith(input.tools).stream(input.run, {
    decisions: input.decisions,
    context: channel,
    afterCommit: afterCommit ?? 'restart',
    signal: stop.signal,
  });
  const events = {
    result: () => stream.result(),
    async *[Symbol.asyncIterator]() {
      for await (const event of stream) {
        yield event;
        if (isStopped === true && event.type === 'model' && event.event.type === 'text-delta') stop.abort();
      }
    },
  };
  return agUiResponse(events, { input, channel, secret: SECRET });
}

/** Checks the events of a response by the schemas and by the rules of sequences. Returns the outcome of the run. */
export function verified(
  response: Response,
): Promise<{ readonly outcome: string; readonly problem: string | undefined }> {
  return new Promise((resolve) => {
    let outcome = 'none';
    const source = transformHttpEventStream(runHttpRequest(() => Promise.resolve(response)));
    verifyEvents()(source).subscribe({
      next(event) {
        if (event.type === EventType.RUN_ERROR) outcome = 'error';
        if (event.type === EventType.RUN_FINISHED) outcome = outcomeOf(event);
      },
      error(error: unknown) {
        resolve({ outcome, problem: String(error) });
      },
      complete() {
        resolve({ outcome, problem: undefined });
      },
    });
  });
}

/** Returns the outcome of a finished run. */
const outcomeOf = (event: object): string =>
  'outcome' in event ? (event.outcome as { readonly type: string }).type : 'success';
