import { nearestName } from '@majordomo/core/toolkit';

/** Slash commands of a conversation. */
export const SLASH_COMMANDS = {
  help: 'show this list',
  model: 'SPEC: continue with another model; without SPEC: show the model',
  system: 'TEXT: set the instructions; without TEXT: remove them',
  attach: 'FILE: attach a file to the next question',
  context: 'show the used share of the context window',
  compact: 'TOPIC: summarize earlier messages, with a focus on TOPIC if given',
  retry: 'repeat the last question',
  undo: 'remove the last question and its answer',
  title: 'TEXT: set the title of the conversation; without TEXT: show the title',
  save: 'FILE: save the conversation, now and after every answer',
  load: 'FILE: continue with a saved conversation',
  quit: 'exit (also /exit, Ctrl-D, or Ctrl-C twice)',
} as const;

export type SlashName = keyof typeof SLASH_COMMANDS;

/** Slash command with its argument, or a message about an unknown command. */
export type Slash =
  | { readonly name: SlashName; readonly rest: string }
  | { readonly name: undefined; readonly problem: string };

/** Parses a line that begins with a slash. Returns `undefined` if the line is a question. */
export function slashOf(line: string): Slash | undefined {
  const match = /^\/(\S*)\s*([\s\S]*)$/.exec(line);
  if (match === null) return undefined;
  const [, word = '', rest = ''] = match;
  const name = word === 'exit' ? 'quit' : word;
  if (Object.hasOwn(SLASH_COMMANDS, name)) return { name: name as SlashName, rest: rest.trim() };
  const near = nearestName(name, Object.keys(SLASH_COMMANDS));
  const suggestion = near === undefined ? '' : ` did you mean "/${near}"?`;
  const problem = `/${word} is not a command and was not sent;${suggestion} /help lists the commands; a space before the slash sends the line`;
  return { name: undefined, problem };
}

export const slashHelp = (): string =>
  [
    ...Object.entries(SLASH_COMMANDS).map(([name, does]) => `/${name.padEnd(8)} ${does}`),
    '@file:PATH, @file:PATH:10-20, @folder:PATH, @diff, @staged, @git:3 and @url:URL attach content.',
    'Pasted text is one question. """ begins and ends a question of several lines.',
  ].join('\n');
