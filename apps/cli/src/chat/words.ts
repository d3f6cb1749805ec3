/** Which of the words on the command line is the spec, and which the prompt. */
export interface Words {
  readonly spec: string | undefined;
  readonly prompt: string | undefined;
}

/**
 * `chat SPEC PROMPT`; with one word, that which looks like a spec is one: no space, and a slash or a known alias.
 * With `--model` there is only the prompt.
 */
export function wordsOf(
  [first, second]: readonly (string | undefined)[],
  model: string | undefined,
  aliases: Readonly<Record<string, string>>,
): Words {
  if (model !== undefined) return { spec: model, prompt: joined(first, second) };
  if (first === undefined || second !== undefined) return { spec: first, prompt: second };
  return looksLikeSpec(first, aliases)
    ? { spec: first, prompt: undefined }
    : { spec: undefined, prompt: first };
}

const joined = (...words: readonly (string | undefined)[]): string | undefined => {
  const said = words.filter((word) => word !== undefined);
  return said.length === 0 ? undefined : said.join(' ');
};

const looksLikeSpec = (word: string, aliases: Readonly<Record<string, string>>): boolean =>
  word
    .split(',')
    .map((element) => element.trim())
    .every((element) => /^[^/\s]+\/\S+$/.test(element) || Object.hasOwn(aliases, element));
