import type { Skill } from '@majordomo/agent';
import {
  LlmError,
  type ChatModel,
  type ChatRequest,
  type ChatResponse,
  type Message,
  type ResolvedTarget,
} from '@majordomo/core';
import type { Io } from '../program/io.ts';
import type { ChatLog } from './chat-log.ts';
import type { ChatFlags } from './flags.ts';
import type { FullContext } from './full-context.ts';
import type { RequestSettings } from './request-settings.ts';

/** State of a conversation on the command line. */
export interface Chat {
  readonly model: ChatModel;
  /** Targets of the chain. */
  readonly targets: readonly ResolvedTarget[];
  /** Context that shortens the transcript if it exceeds the context window. */
  readonly context: FullContext;
  /** Messages of all answered turns. */
  readonly messages: Message[];
  /** Title that the user set. */
  readonly title: string | undefined;
  readonly system: string | undefined;
  readonly settings: RequestSettings;
  /** Skills whose tools the model may call. */
  readonly skills: readonly Skill[];
  readonly flags: ChatFlags;
  /** Store of the conversation, or `undefined` if the conversation is not logged. */
  readonly log: ChatLog | undefined;
  readonly io: Io;
}

/**
 * Runs a turn. Summarizes the conversation if it is too long. Repeats the turn with a summary if the vendor rejects the
 * conversation as too long.
 */
export async function withRoom<T>(
  session: Chat,
  question: Message,
  ask: (request: ChatRequest) => Promise<T>,
): Promise<T> {
  const { system, settings, context, io } = session;
  const messages = [...session.messages, question];
  try {
    return await ask({ ...settings, messages: await context.fit(messages, session, io), system });
  } catch (error) {
    if (!LlmError.is(error, 'context-overflow')) throw error;
    const shorter = await context.fitAgain(messages, error, session, io);
    if (shorter === undefined) throw error;
    return await ask({ ...settings, messages: shorter, system });
  }
}

/** Response of a turn, and the messages that the turn adds. */
export interface Turn {
  readonly response: ChatResponse;
  /** Messages after the question: tool calls, their results, and the answer. */
  readonly added: readonly Message[];
}

/** Returns the turn for an answer without tool calls. */
export const turnOf = (response: ChatResponse): Turn => ({ response, added: [response.message] });

/** Adds an answered turn to the conversation, and stores the conversation if requested. */
export async function keep(session: Chat, question: Message, { added, response }: Turn): Promise<void> {
  const { messages, model, system, title, log } = session;
  session.context.learn(response);
  messages.push(question, ...added);
  await log?.keep({ spec: model.spec, system, messages });
  const { save } = session.flags;
  if (save === undefined) return;
  const { saveTranscript } = await import('./transcript.ts');
  await saveTranscript(save, session.io.cwd, { title, messages });
}

/** Function that opens another model for the same conversation, with the flags' settings. Throws for an invalid spec. */
export type OpenModel = (spec: string) => Promise<Pick<Chat, 'model' | 'settings' | 'targets'>>;
