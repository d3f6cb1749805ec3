import { nearestName } from '@majordomo/core/toolkit';

/** Slash commands of a conversation. */
export const SLASH_COMMANDS = {
  help: 'these lines',
  model: 'SPEC: go on with another model; alone: say which',
  system: 'TEXT: instructions from now on; alone: none',
  attach: 'FILE: goes with the next question',
  context: 'how full the window of the model is',
  compact: 'TOPIC: sum up what was said before, the topic above all; alone: all alike',
  retry: 'ask the last question again',
  undo: 'forget the last question and its answer',
  title: 'TEXT: call the conversation so, where it is saved; alone: say how it is called',
  save: 'FILE: write the conversation, now and after every answer',
  load: 'FILE: go on with a saved conversation instead',
  quit: 'end (also /exit, Ctrl-D, or Ctrl-C twice)',
} as const;

export type SlashName = keyof typeof SLASH_COMMANDS;

/** Slash command, known or unknown. */
export type Slash =
  | { readonly name: SlashName; readonly rest: string }
  | { readonly name: undefined; readonly problem: string };

/** Parses a line that begins with a slash; `undefined` for a question. */
export function slashOf(line: string): Slash | undefined {
  const match = /^\/(\S*)\s*([\s\S]*)$/.exec(line);
  if (match === null) return undefined;
  const [, word = '', rest = ''] = match;
  const name = word === 'exit' ? 'quit' : word;
  if (Object.hasOwn(SLASH_COMMANDS, name)) return { name: name as SlashName, rest: rest.trim() };
  const near = nearestName(name, Object.keys(SLASH_COMMANDS));
  const meant = near === undefined ? '' : ` did you mean "/${near}"?`;
  const problem = `/${word} is not a command, and was not sent;${meant} /help lists them, a space before the slash sends it`;
  return { name: undefined, problem };
}

/** Returns the text of `/help`. */
export const slashHelp = (): string =>
  [
    ...Object.entries(SLASH_COMMANDS).map(([name, does]) => `/${name.padEnd(8)} ${does}`),
    'In a question, @file:PATH, @file:PATH:10-20, @folder:PATH, @diff, @staged, @git:3 and @url:URL go with it.',
    'A pasted text is one question. """ begins a text of several lines, and """ ends it.',
  ].join('\n');
