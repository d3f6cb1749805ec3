import { autocompleteMultiselect, confirm, isCancel, password, text } from '@clack/prompts';
import type { Choice } from '../program/io.ts';

type PromptAnswer<Answer> = Promise<Exclude<Answer, symbol> | null | undefined>;

export const askConfirm = (message: string, signal: AbortSignal): PromptAnswer<boolean> =>
  untilEnd((until) => confirm({ message, signal: until }), signal);

/** Asks for a line. `suggested`: initial text of the line. */
export const askText = (message: string, suggested: string, signal: AbortSignal): PromptAnswer<string> =>
  untilEnd((until) => text({ message, initialValue: suggested, signal: until }), signal);

/** Asks for a line that is not shown. */
export const askSecret = (message: string, signal: AbortSignal): PromptAnswer<string> =>
  untilEnd((until) => password({ message, signal: until }), signal);

const MAX_SHOWN = 10;

/** Asks for one or more choices. Typed text filters the choices. */
export function askChoices(
  message: string,
  choices: readonly Choice[],
  picked: readonly string[],
  signal: AbortSignal,
): PromptAnswer<readonly string[]> {
  const options = choices.map(({ value, hint }) => ({ value, label: value, hint }));
  const looks = { message, options, initialValues: [...picked], required: true, maxItems: MAX_SHOWN };
  return untilEnd((until) => autocompleteMultiselect({ ...looks, signal: until }), signal);
}

/**
 * Returns the answer, `undefined` if the user cancelled, or `null` after Ctrl-D. Ctrl-D closes the input. Prompts ignore the
 * closed input, so this function cancels them.
 */
async function untilEnd<Answer>(
  prompt: (signal: AbortSignal) => Promise<Answer>,
  signal: AbortSignal,
): PromptAnswer<Answer> {
  const end = new AbortController();
  let isAnswered = false;
  const onPause = (): void => {
    // An answered prompt also pauses the input, but `isAnswered` is set before the check below.
    setImmediate(() => {
      if (!isAnswered) end.abort();
    });
  };
  process.stdin.once('pause', onPause);
  try {
    const answer = await prompt(AbortSignal.any([signal, end.signal]));
    if (end.signal.aborted) return null;
    return isCancel(answer) ? undefined : (answer as Exclude<Answer, symbol>);
  } finally {
    isAnswered = true;
    process.stdin.off('pause', onPause);
  }
}
