import { createAgent, type AgentOptions, type Decision, type RunInput } from '@majordomo/agent';
import {
  LlmError,
  type CallEvent,
  type ChatResponse,
  type StreamEvent,
  type ToolCallPart,
  type UserMessage,
} from '@majordomo/core';
import { isPerson, type Io } from '../program/io.ts';
import { printable, writeNote } from '../terminal/paint.ts';
import type { Chat, Turn } from './chat-session.ts';

/** Functions that print a turn. `leave` ends the current line before a question to the user. */
export interface TurnView {
  readonly onEvent: (event: CallEvent) => void;
  readonly show: (event: StreamEvent) => void;
  readonly leave: () => void;
}

/** Runs a turn in which the model may call tools. Tools with `approval` require the user's approval. */
export async function turnWithSkills(session: Chat, question: UserMessage, view: TurnView): Promise<Turn> {
  const { io, model, settings, system, messages, skills } = session;
  const compact: AgentOptions['compact'] = async (all, { overflow }) =>
    overflow === undefined
      ? session.context.fit(all, session, io)
      : ((await session.context.fitAgain(all, overflow, session, io)) ?? all);
  const agent = createAgent({ ...settings, model, instructions: system, skills, compact });
  let input: RunInput = [...messages, question];
  let decisions: readonly Decision[] = [];
  let last: ChatResponse | undefined;
  try {
    for (;;) {
      const { onEvent } = view;
      const stream = agent.stream(input, { signal: io.signal, onEvent, afterCommit: 'restart', decisions });
      for await (const event of stream) {
        if (event.type === 'model') view.show(event.event);
        if (event.type === 'step-end') last = event.response;
      }
      const { state, awaiting, done, usage, attempts, messages: all } = await stream.result();
      if (done === undefined) {
        view.leave();
        decisions = await decided(awaiting, io);
        // The next stream continues the paused run.
        input = state;
        continue;
      }
      if (last === undefined) throw new LlmError('protocol', 'the run ended without an answer');
      if (done !== 'answered') writeNote(io.stderr, `(ended: ${done})`);
      return { response: { ...last, usage, attempts }, added: all.slice(messages.length + 1) };
    }
  } finally {
    view.leave();
  }
}

async function decided(calls: readonly ToolCallPart[], io: Io): Promise<readonly Decision[]> {
  const decisions: Decision[] = [];
  for (const { id, name, args } of calls) {
    const callText = `${name}(${JSON.stringify(args)})`;
    if (!isPerson(io)) writeNote(io.stderr, `${callText} was not run: approval requires a terminal`);
    const agreed = isPerson(io) ? await io.confirm(printable(`Run ${callText}?`)) : false;
    if (agreed === undefined || agreed === null)
      throw new LlmError('aborted', 'the approval was not answered');
    decisions.push(
      agreed ? { callId: id, approve: true } : { callId: id, deny: 'the user did not approve the call' },
    );
  }
  return decisions;
}
