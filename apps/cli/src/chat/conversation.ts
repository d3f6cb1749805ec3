import { LlmError, type Message, type UserMessage, type UserPart, user } from '@majordomo/core';
import { Stop } from '../program/exit.ts';
import { printError } from '../terminal/print-error.ts';
import { wrapText } from '../terminal/wrap-text.ts';
import { painter, printable } from '../terminal/paint.ts';
import { rendererOf, showStream } from './answer-question.ts';
import { attachment } from './attachments.ts';
import { keep, type Chat, type OpenModel } from './chat-session.ts';
import { footer } from './footer.ts';
import { contextBar } from './full-context.ts';
import { resolvePrompt } from './resolve-prompt.ts';
import { slashHelp, type SlashName } from './slash.ts';
import { loadTranscript, saveTranscript } from './transcript.ts';

/** Conversation with a user: messages, model, and attachments of the next question. */
export class Conversation {
  private session: Chat;
  private pending: readonly UserPart[];
  private readonly open: OpenModel;
  /** Question that `/retry` repeats, even if it has failed and is not in the messages. */
  private lastQuestion: UserMessage | undefined;

  constructor(session: Chat, files: readonly UserPart[], open: OpenModel) {
    this.session = session;
    this.pending = files;
    this.open = open;
  }

  get spec(): string {
    return this.session.model.spec;
  }

  /**
   * Sends a question to the model. One Ctrl-C stops the answer, or the reading of references. A failure is printed, and `/retry`
   * repeats the question. An answer that cannot be saved does not end the conversation.
   */
  async ask(text: string): Promise<void> {
    const { io } = this.session;
    try {
      const parts = await io.interruptible((signal) => resolvePrompt(text, { ...io, signal }));
      await this.send(user(...this.pending, ...parts));
    } catch (error) {
      if (LlmError.is(error, 'aborted') && !io.signal.aborted) this.say('(stopped)');
      else if (error instanceof Stop) printError(error, io);
      else throw error;
    }
  }

  /** Runs a slash command. */
  async command(name: Exclude<SlashName, 'quit'>, rest: string): Promise<void> {
    try {
      await this.commands[name](rest);
    } catch (error) {
      if (!(error instanceof Stop) && !LlmError.is(error)) throw error;
      printError(error, this.session.io);
    }
  }

  private readonly commands: Readonly<
    Record<Exclude<SlashName, 'quit'>, (rest: string) => void | Promise<void>>
  > = {
    help: () => {
      this.say(slashHelp());
    },
    model: async (spec) => {
      if (spec !== '') this.session = { ...this.session, ...(await this.open(spec)) };
      this.say(this.spec);
    },
    system: (text) => {
      this.session = { ...this.session, system: text === '' ? undefined : text };
      this.say(text === '' ? 'instructions removed' : 'instructions changed');
    },
    attach: async (path) => {
      if (path === '') throw new Stop('/attach requires a file; enter /attach FILE');
      this.pending = [...this.pending, await attachment(path, this.session.io.cwd)];
      this.say(`attached ${path} to the next question`);
    },
    context: async () => {
      const { context, messages, io } = this.session;
      this.say(contextBar(await context.status(messages, this.session, io)));
    },
    compact: async (topic) => {
      const { context, messages, io } = this.session;
      await io.interruptible((signal) => context.compact(messages, topic, this.session, { ...io, signal }));
    },
    retry: async () => {
      const { messages } = this.session;
      if (this.lastQuestion === undefined)
        throw new Stop('/retry requires a previous question; ask one first');
      // Remove the question and its answer, so that the conversation does not contain the question twice.
      if (lastQuestionIn(messages) === this.lastQuestion) removeLastTurn(messages);
      await this.send(this.lastQuestion);
    },
    undo: () => {
      const removed = removeLastTurn(this.session.messages);
      this.lastQuestion = undefined;
      this.say(removed.length === 0 ? 'no question to remove' : 'removed the last question and its answer');
    },
    title: async (text) => {
      if (text !== '') await this.rename(text);
      this.say(this.session.title ?? 'the conversation has no title');
    },
    save: async (path) => {
      if (path === '') throw new Stop('/save requires a file; enter /save FILE');
      const { flags, io } = this.session;
      this.session = { ...this.session, flags: { ...flags, save: path } };
      await saveTranscript(path, io.cwd, this.session);
      this.say(`saved to ${path}, now and after every answer`);
    },
    load: async (path) => {
      if (path === '') throw new Stop('/load requires a file; enter /load FILE');
      const { title, messages } = await loadTranscript(path, this.session.io.cwd);
      this.session.messages.splice(0, Infinity, ...messages);
      this.session = { ...this.session, title };
      this.lastQuestion = undefined;
      this.session.log?.begin(title);
      this.say(`loaded ${messages.length} messages`);
    },
  };

  private async rename(title: string): Promise<void> {
    this.session = { ...this.session, title };
    const { flags, io, log } = this.session;
    await log?.rename(title);
    if (flags.save !== undefined) await saveTranscript(flags.save, io.cwd, this.session);
  }

  private async send(question: UserMessage): Promise<void> {
    const { session } = this;
    const { io } = session;
    const startedAt = performance.now();
    this.lastQuestion = question;
    try {
      const renderer = await rendererOf(session);
      const turn = await io.interruptible((signal) =>
        showStream({ ...session, io: { ...io, signal } }, question, renderer),
      );
      this.pending = [];
      await keep(session, question, turn);
      if (session.flags.quiet !== true) await footer(turn.response, performance.now() - startedAt, io);
    } catch (error) {
      if (!LlmError.is(error) || io.signal.aborted) throw error;
      if (error.kind === 'aborted') this.say('(stopped; /retry repeats the question)');
      else printError(error, io);
    }
  }

  private say(text: string): void {
    const { stderr } = this.session.io;
    stderr.write(`${painter(stderr)('dim', wrapText(printable(text), stderr.columns, 2))}\n`);
  }
}

const lastQuestionIn = (messages: readonly Message[]): Message | undefined =>
  messages.findLast(({ role }) => role === 'user');

/** Removes the last question and all later messages. Returns the removed messages. */
function removeLastTurn(messages: Message[]): readonly Message[] {
  const at = messages.findLastIndex(({ role }) => role === 'user');
  return at === -1 ? [] : messages.splice(at);
}
