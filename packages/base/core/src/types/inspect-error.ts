/** Members of an `LlmError` that its inspection shows. */
interface InspectedError {
  readonly name: string;
  readonly kind: string;
  readonly message: string;
  readonly stack?: string | undefined;
  readonly cause?: unknown;
  readonly details: {
    readonly attempts: readonly InspectedAttempt[];
    readonly status?: number | undefined;
    readonly code?: string | undefined;
    readonly requestId?: string | undefined;
  };
}

interface InspectedAttempt {
  readonly target: string;
  readonly outcome: string;
  readonly error: InspectedError | undefined;
}

// The text of an uncaught error must not fill the screen. With these limits, the text has at most twelve lines.
const MAX_TARGETS = 5;
const MAX_ISSUES = 3;
const MAX_FRAMES = 3;
const MAX_CHARACTERS = 300;
const MAJORDOMO_FRAME = /[\\/]@majordomo[\\/]/;

/**
 * Returns the text of an error for `inspect` and `console.error`. The text has at most twelve lines and no repetitions. `depth`:
 * number of levels that `inspect` may still show; below 0, the text has one line.
 */
export function inspectError(
  error: InspectedError,
  frames: readonly string[] | undefined,
  depth: number,
): string {
  const message = oneLine(error.message);
  if (depth < 0) return `[${error.name} ${error.kind}: ${shorten(message)}]`;
  const isChain = error.kind === 'exhausted' && error.details.attempts.length > 0;
  // The message of an exhausted chain repeats the errors of its targets after a colon, but these errors follow on separate lines.
  const title = isChain ? message.replace(/: .*/, '') : message;
  return [
    `${error.name} [${error.kind}]: ${shorten(title)}`,
    ...(isChain ? targetLines(error.details.attempts) : factLines(error)),
    ...relevantFrames(error, frames),
  ].join('\n');
}

function targetLines(attempts: readonly InspectedAttempt[]): readonly string[] {
  const descriptions = attempts.map(({ target, outcome, error }) => {
    if (error === undefined) return `  ${target}: ${outcome}`;
    const { status, code, requestId } = error.details;
    const facts = [status, code, requestId].filter(isScalar);
    const why = `${error.kind}, ${withoutTarget(oneLine(error.message), target)}`;
    return `  ${target}: ${shorten(why)}${facts.length === 0 ? '' : ` (${facts.join(', ')})`}`;
  });
  const lines = countRepeated(descriptions);
  const more = lines.length - MAX_TARGETS;
  return more <= 0 ? lines : [...lines.slice(0, MAX_TARGETS), `  … and ${more} more targets`];
}

/** Members of `details` that the text shows elsewhere, on a separate line or in the message. */
const SHOWN_SEPARATELY: readonly string[] = ['target', 'body'];

function factLines({ details, cause, message }: InspectedError): readonly string[] {
  const facts = Object.entries(details).flatMap(([name, value]: [string, unknown]) =>
    isScalar(value) && !SHOWN_SEPARATELY.includes(name) ? [`${name}: ${value}`] : [],
  );
  const { issues, partial, body } = details as {
    readonly issues?: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
    readonly partial?: { readonly text: string };
    readonly body?: string;
  };
  return [
    facts.join(', '),
    ...(issues ?? [])
      .slice(0, MAX_ISSUES)
      .map((issue) => `${pathText(issue.path) || 'the value'}: ${oneLine(issue.message)}`)
      .filter((line) => !message.includes(line)),
    partial === undefined ? '' : `partial: ${partial.text.length} characters of text`,
    body === undefined || message.includes(body) ? '' : `body: ${body}`,
    cause === undefined ? '' : `cause: ${causes(cause)}`,
  ]
    .filter((line) => line !== '')
    .map((line) => `  ${shorten(oneLine(line))}`);
}

const isScalar = (value: unknown): value is string | number =>
  typeof value === 'string' || typeof value === 'number';

/** Returns the text of a cause and of at most three nested causes. */
function causes(cause: unknown, depth = 0): string {
  if (!(cause instanceof Error)) return typeof cause === 'string' ? oneLine(cause) : `${typeof cause} value`;
  const { kind } = cause as { readonly kind?: unknown };
  const name = typeof kind === 'string' ? `${cause.name} [${kind}]` : cause.name;
  const next = cause.cause === undefined || depth >= 3 ? '' : ` <- ${causes(cause.cause, depth + 1)}`;
  // The message may have any type, because SDKs copy members of a body onto their errors.
  const message = typeof cause.message === 'string' ? oneLine(cause.message) : '';
  return `${name}: ${message}${next}`;
}

/** Returns the frames of the application if they are known, otherwise the frames outside majordomo's packages. */
function relevantFrames(
  { stack = '', message }: InspectedError,
  frames: readonly string[] | undefined,
): readonly string[] {
  const own = stack
    .slice(stack.indexOf(message) + message.length)
    .split('\n')
    .slice(1);
  const others = own.filter((frame) => !MAJORDOMO_FRAME.test(frame));
  return (frames ?? (others.length > 0 ? others : own)).slice(0, MAX_FRAMES);
}

/** Returns each distinct line once. If a line occurs repeatedly, the number of its occurrences is appended. */
export const countRepeated = (lines: readonly string[]): readonly string[] =>
  [...new Set(lines)].map((line) => {
    const times = lines.filter((other) => other === line).length;
    return times === 1 ? line : `${line} (${times} times)`;
  });

/** Removes the target at the beginning of an attempt's message, or ` to <target>` within the message. */
export const withoutTarget = (text: string, target: string): string =>
  text.startsWith(`${target} `) ? text.slice(target.length + 1) : text.replace(` to ${target}`, '');

const oneLine = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ');

const shorten = (text: string): string =>
  text.length <= MAX_CHARACTERS ? text : `${text.slice(0, MAX_CHARACTERS - 1)}…`;

/** Returns a path as text, such as `steps[0].minutes`; an empty string for an empty path. */
export const pathText = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');
