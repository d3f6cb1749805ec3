/** Spec and prompt among the arguments of the command line. */
export interface SpecAndPrompt {
  readonly spec: string | undefined;
  readonly prompt: string | undefined;
}

/**
 * Parses `chat SPEC PROMPT`. A single argument is a spec if each of its elements is a target or a known alias. With `--model`,
 * all arguments are the prompt.
 */
export function parseSpecAndPrompt(
  [first, second]: readonly (string | undefined)[],
  model: string | undefined,
  aliases: Readonly<Record<string, string>>,
): SpecAndPrompt {
  if (model !== undefined) return { spec: model, prompt: joined(first, second) };
  if (first === undefined || second !== undefined) return { spec: first, prompt: second };
  return looksLikeSpec(first, aliases)
    ? { spec: first, prompt: undefined }
    : { spec: undefined, prompt: first };
}

const joined = (...words: readonly (string | undefined)[]): string | undefined => {
  const texts = words.filter((word) => word !== undefined);
  return texts.length === 0 ? undefined : texts.join(' ');
};

const looksLikeSpec = (word: string, aliases: Readonly<Record<string, string>>): boolean =>
  word
    .split(',')
    .map((element) => element.trim())
    .every((element) => /^[^/\s]+\/\S+$/.test(element) || Object.hasOwn(aliases, element));
