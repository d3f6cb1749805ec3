import type { CallEvent, StreamEvent, UserMessage } from '@majordomo/core';
import { EXIT, Stop, type ExitCode } from '../program/exit.ts';
import type { Output } from '../program/io.ts';
import { readSchema } from '../files/read-json.ts';
import { writeNote } from '../terminal/paint.ts';
import { printError } from '../terminal/print-error.ts';
import { keep, turnOf, withRoom, type Chat, type Turn } from './chat-session.ts';
import { footer } from './footer.ts';
import { createRenderer, type Renderer } from './render.ts';
import { createStatus } from './status.ts';
import { writeJson, writeJsonLine } from '../terminal/write-json.ts';

/** Sends one question and prints the answer in the requested format. */
export async function answerQuestion(session: Chat, question: UserMessage): Promise<ExitCode> {
  const { flags, io } = session;
  const startedAt = performance.now();
  const turn = await answer(session, question);
  try {
    await keep(session, question, turn);
  } catch (error) {
    // The answer is already printed, so that an error must not become a second JSON document.
    if (!(error instanceof Stop)) throw error;
    return printError(error, io);
  }
  if (flags.quiet !== true && flags.json !== true && flags.events !== true) {
    await footer(turn.response, performance.now() - startedAt, io);
  }
  return EXIT.ok;
}

async function answer(session: Chat, question: UserMessage): Promise<Turn> {
  const { flags, io } = session;
  if (flags.schema !== undefined) return typed(session, question, flags.schema);
  if (flags.events === true) return showStream(session, question, jsonLines(io.stdout));
  // If a target fails, its text cannot be removed from a pipe or a file, so print only a complete answer there.
  if (flags.json === true || !io.stdout.isTerminal) return printComplete(session, question);
  return showStream(session, question, await rendererOf(session));
}

/** Returns a renderer for Markdown if the terminal has colors and `--raw` is not set, otherwise a renderer for plain text. */
export async function rendererOf({ io, flags }: Chat): Promise<Renderer> {
  if (!io.stdout.hasColor || flags.raw === true) return createRenderer(io.stdout);
  const { createMarkdown } = await import('../markdown/markdown-stream.ts');
  return createRenderer(io.stdout, createMarkdown);
}

/** Returns a renderer of JSON lines. `isFresh` is false, because erasing a status line could erase a JSON line. */
const jsonLines = (output: Output): Renderer => ({
  show: (event: StreamEvent) => {
    writeJsonLine(output, event);
  },
  isFresh: () => false,
  end: () => undefined,
});

/** Reads the stream of an answer to its end and shows every event. */
export async function showStream(
  session: Chat,
  question: UserMessage,
  { show, isFresh, end }: Renderer,
): Promise<Turn> {
  const { signal, stderr } = session.io;
  const { onEvent, hide, clear } = createStatus(stderr, isFresh);
  if (session.skills.length > 0) {
    const { turnWithSkills } = await import('./turn-with-skills.ts');
    const leave = (): void => {
      clear();
      end();
    };
    const seen = (event: StreamEvent): void => {
      hide();
      show(event);
    };
    return turnWithSkills(session, question, { onEvent, show: seen, leave });
  }
  try {
    return await withRoom(session, question, async (request) => {
      const stream = session.model.stream(request, { signal, onEvent, afterCommit: 'restart' });
      for await (const event of stream) {
        hide();
        show(event);
      }
      return turnOf(await stream.response());
    });
  } finally {
    clear();
    end();
  }
}

async function printComplete(session: Chat, question: UserMessage): Promise<Turn> {
  const { io, flags, model } = session;
  const { onEvent } = createStatus(io.stderr);
  if (session.skills.length > 0) return printCompleteWithSkills(session, question, onEvent);
  const response = await withRoom(session, question, (request) =>
    model.generate(request, { signal: io.signal, onEvent }),
  );
  if (flags.json === true) writeJson(io.stdout, response);
  else {
    if (response.text !== '' || response.toolCalls.length === 0) io.stdout.write(`${response.text}\n`);
    for (const { name, args } of response.toolCalls)
      writeNote(io.stderr, `→ ${name}(${JSON.stringify(args)})`, 'cyan');
  }
  return turnOf(response);
}

/** Prints only the final answer, without text between tool calls. */
async function printCompleteWithSkills(
  session: Chat,
  question: UserMessage,
  onEvent: (event: CallEvent) => void,
): Promise<Turn> {
  const { turnWithSkills } = await import('./turn-with-skills.ts');
  const view = { onEvent, show: () => undefined, leave: () => undefined };
  const turn = await turnWithSkills(session, question, view);
  const { io, flags } = session;
  if (flags.json === true) writeJson(io.stdout, turn.response);
  else io.stdout.write(`${turn.response.text}\n`);
  return turn;
}

async function typed(session: Chat, question: UserMessage, path: string): Promise<Turn> {
  const { io, flags, model } = session;
  const output = await readSchema(path, io.cwd);
  const { onEvent } = createStatus(io.stderr);
  const response = await withRoom(session, question, (request) =>
    model.generateObject({ ...request, output }, { signal: io.signal, onEvent }),
  );
  writeJson(io.stdout, flags.json === true ? response : response.value);
  return turnOf(response);
}
