import { LlmError, user, type UserPart } from '@majordomo/core';
import { explain } from '../explain.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { painter } from '../paint.ts';
import { told } from './ask-once.ts';
import { keep, type Chat } from './chat-session.ts';
import { footer } from './footer.ts';
import { createRenderer } from './render.ts';

/** Turn by turn with a person, until `/exit` or Ctrl-C. A failed turn is said, and can be asked again. */
export async function converse(session: Chat, files: readonly UserPart[]): Promise<ExitCode> {
  const { io, model } = session;
  const paint = painter(io.stderr);
  const { length } = session.messages;
  const before = length === 0 ? '' : ` · ${length} messages before`;
  io.stderr.write(`${paint('dim', `${model.spec}${before} · /exit ends, Ctrl-C stops`)}\n`);
  let pending = files;
  for (;;) {
    const said = await io.ask('You');
    if (said === undefined) return EXIT.interrupted;
    if (said === null) return EXIT.ok;
    const text = said.trim();
    if (text === '/exit') return EXIT.ok;
    if (text === '') continue;
    const question = user(...pending, text);
    const from = performance.now();
    try {
      const response = await told(session, question, createRenderer(io.stdout));
      pending = [];
      await keep(session, question, response.message);
      if (session.flags.quiet !== true) footer(response, performance.now() - from, io.stderr);
    } catch (error) {
      if (!LlmError.is(error) || io.signal.aborted) throw error;
      explain(error, io);
    }
  }
}
