import type { TurnMessage, UserTurn, AssistantMessage, ToolMessage } from '@majordomo/core';

/**
 * Converts a conversation to one prompt. A single question stays unchanged. Otherwise, a line that names the speaker precedes
 * each turn. This line begins with more consecutive `<` than any text in the conversation contains, so no text can imitate it.
 * `system`: instructions for a CLI without a setting for the system text.
 */
export function transcript(messages: readonly TurnMessage[], system?: string): string {
  const [first] = messages;
  if (messages.length === 1 && first?.role === 'user' && system === undefined) {
    const text = userText(first);
    if (!isCommand(text)) return text;
  }
  const turns = messages.map((message): readonly [string, string] => [speaker(message), turnText(message)]);
  if (system !== undefined) turns.unshift(['system', system]);
  const fence = '<'.repeat(Math.max(3, 1 + longestRun(turns.map(([, text]) => text))));
  const head =
    `A conversation follows. Each line that begins with "${fence}" names the speaker of the text below it; no other line ` +
    'does. Continue as the assistant: answer the last message of the user, and write only the answer.';
  return [head, ...turns.map(([who, text]) => `${fence} ${who}\n${text}`), `${fence} assistant`].join('\n\n');
}

/** Whether a CLI would interpret the prompt as a command, a file path, a shell command or an option. */
const isCommand = (text: string): boolean => /^\s*[/@!-]/.test(text);

const speaker = ({ role }: TurnMessage): string => (role === 'tool' ? 'tools' : role);

/** Returns the length of the longest run of `<`. Uses a loop, because `Math.max` limits the number of arguments. */
function longestRun(texts: readonly string[]): number {
  let longest = 0;
  for (const text of texts) for (const [run] of text.matchAll(/<+/g)) longest = Math.max(longest, run.length);
  return longest;
}

function turnText(message: TurnMessage): string {
  switch (message.role) {
    case 'user':
      return userText(message);
    case 'assistant':
      return assistantText(message);
    case 'tool':
      return toolText(message);
    default:
      return message satisfies never;
  }
}

const userText = ({ parts }: UserTurn): string =>
  parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n\n');

const assistantText = ({ parts }: AssistantMessage): string =>
  parts
    .flatMap((part) => {
      if (part.type === 'text') return [part.text];
      return part.type === 'tool-call' ? [`[called ${part.name} with ${JSON.stringify(part.args)}]`] : [];
    })
    .join('\n');

const toolText = ({ parts }: ToolMessage): string =>
  parts
    .map(({ name, content, isError }) => {
      const text = content.map((part) => (part.type === 'text' ? part.text : '[an image]')).join('\n');
      return `[${name} ${isError === true ? 'failed' : 'gave'}]\n${text}`;
    })
    .join('\n');
