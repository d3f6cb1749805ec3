import type { Skill } from '@majordomo/agent';
import {
  LlmError,
  type ChatModel,
  type ChatRequest,
  type ChatResponse,
  type Message,
  type ResolvedTarget,
} from '@majordomo/core';
import type { Io } from '../io.ts';
import type { ChatLog } from './chat-log.ts';
import type { ChatFlags } from './flags.ts';
import type { FullContext } from './full-context.ts';
import type { RequestSettings } from './request-settings.ts';

/** One conversation on the command line. */
export interface Chat {
  readonly model: ChatModel;
  /** What may answer. */
  readonly targets: readonly ResolvedTarget[];
  /** Sees to it that what is sent fits. */
  readonly context: FullContext;
  /** Grows with every turn that was answered. */
  readonly messages: Message[];
  /** What the user calls it. */
  readonly title: string | undefined;
  readonly system: string | undefined;
  readonly settings: RequestSettings;
  /** With any, the model may call their tools before it answers. */
  readonly skills: readonly Skill[];
  readonly flags: ChatFlags;
  /** Keeps it, where that is wanted. */
  readonly log: ChatLog | undefined;
  readonly io: Io;
}

/** Asks for one more turn, with a summary where the conversation is too long. Where a vendor finds it too long: once more. */
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

/** What came of a question. */
export interface Turn {
  readonly response: ChatResponse;
  /** What it adds to the conversation behind the question: the answer, and calls of tools with their results before it. */
  readonly added: readonly Message[];
}

/** The turn of an answer without tools. */
export const turnOf = (response: ChatResponse): Turn => ({ response, added: [response.message] });

/** An answered turn: it is kept, and saved where that was asked for. */
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

/** Another model for the same conversation, with the settings of the flags. Throws for a spec that means nothing. */
export type OpenModel = (spec: string) => Promise<Pick<Chat, 'model' | 'settings' | 'targets'>>;
