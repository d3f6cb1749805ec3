import type { ChatModel, ChatRequest, Message } from '@majordomo/core';
import type { Io } from '../io.ts';
import type { ChatFlags } from './flags.ts';

/** One conversation on the command line. */
export interface Chat {
  readonly model: ChatModel;
  /** Grows with every turn that was answered. */
  readonly messages: Message[];
  readonly system: string | undefined;
  readonly maxTokens: number | undefined;
  readonly flags: ChatFlags;
  readonly io: Io;
}

/** The request for one more turn. */
export const requestFor = ({ messages, system, maxTokens }: Chat, question: Message): ChatRequest => ({
  messages: [...messages, question],
  system,
  maxTokens,
});

/** An answered turn: it is kept, and saved where that was asked for. */
export async function keep(session: Chat, question: Message, answer: Message): Promise<void> {
  session.messages.push(question, answer);
  const { save } = session.flags;
  if (save === undefined) return;
  const { saveTranscript } = await import('./transcript.ts');
  await saveTranscript(save, session.io.cwd, session.messages);
}
