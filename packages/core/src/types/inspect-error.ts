/** As much of an error as is shown. */
interface Shown {
  readonly name: string;
  readonly kind: string;
  readonly message: string;
  readonly stack?: string | undefined;
  readonly cause?: unknown;
  readonly details: object & { readonly attempts: readonly ShownAttempt[] };
}

interface ShownAttempt {
  readonly target: string;
  readonly outcome: string;
  readonly error: Shown | undefined;
}

/** An uncaught error must not fill the screen. */
const MOST_LINES = 12;
const MOST_TARGETS = 5;
const MOST_ISSUES = 3;
const MOST_FRAMES = 3;
const MOST_LETTERS = 300;
const OURS = /[\\/]@majordomo[\\/]/;

/** What `inspect` and `console.error` show of an error: at most twelve lines, nothing twice, nothing that is unknown. */
export function inspectError(error: Shown, frames: readonly string[] | undefined, depth: number): string {
  const said = oneLine(error.message);
  if (depth < 0) return `[${error.name} ${error.kind}: ${cut(said)}]`;
  const isChain = error.kind === 'exhausted' && error.details.attempts.length > 0;
  // The message of an exhausted chain tells what its targets said, which follows line by line.
  const title = isChain ? said.slice(0, said.indexOf(': ')) : said;
  const lines = [
    `${error.name} [${error.kind}]: ${title}`,
    ...(isChain ? targetLines(error.details.attempts) : factLines(error)),
  ];
  return [...lines, ...shownFrames(error, frames, MOST_LINES - lines.length)].join('\n');
}

function targetLines(attempts: readonly ShownAttempt[]): readonly string[] {
  const told = attempts.map(({ target, outcome, error }) => {
    if (error === undefined) return `  ${target}: ${outcome}`;
    const facts = [...scalars(error.details, ['status', 'code', 'requestId'])].map(([, value]) => value);
    const why = `${error.kind}, ${withoutTarget(oneLine(error.message), target)}`;
    return `  ${target}: ${cut(why)}${facts.length === 0 ? '' : ` (${facts.join(', ')})`}`;
  });
  const lines = [...new Set(told)].map((line) => {
    const times = told.filter((other) => other === line).length;
    return times === 1 ? line : `${line}, ${times} times`;
  });
  const more = lines.length - MOST_TARGETS;
  return more <= 0 ? lines : [...lines.slice(0, MOST_TARGETS), `  … and ${more} more targets`];
}

/** Members of `details` whose values stand in a line of their own, or in the message. */
const ELSEWHERE: readonly string[] = ['target', 'body'];

function factLines({ details, cause, message }: Shown): readonly string[] {
  const facts = [...scalars(details)]
    .filter(([name]) => !ELSEWHERE.includes(name))
    .map(([name, value]) => `${name}: ${value}`);
  const { issues, partial, body } = details as {
    readonly issues?: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
    readonly partial?: { readonly text: string };
    readonly body?: string;
  };
  return [
    facts.join(', '),
    ...(issues ?? [])
      .slice(0, MOST_ISSUES)
      .map((issue) => `${pathText(issue.path) || 'the value'}: ${oneLine(issue.message)}`)
      .filter((line) => !message.includes(line)),
    partial === undefined ? '' : `partial: ${partial.text.length} characters of text`,
    body === undefined || message.includes(body) ? '' : `body: ${body}`,
    cause === undefined ? '' : `cause: ${causes(cause)}`,
  ]
    .filter((line) => line !== '')
    .map((line) => `  ${cut(oneLine(line))}`);
}

/** Numbers and texts; what is unknown is left out. */
function* scalars(details: object, only?: readonly string[]): Generator<readonly [string, string]> {
  for (const [name, value] of Object.entries(details) as readonly (readonly [string, unknown])[]) {
    if (only !== undefined && !only.includes(name)) continue;
    if (typeof value === 'string' || typeof value === 'number') yield [name, String(value)];
  }
}

/** The chain of causes in one line, as far as it is not a circle. */
function causes(cause: unknown, depth = 0): string {
  if (!(cause instanceof Error)) return typeof cause === 'string' ? oneLine(cause) : `a ${typeof cause}`;
  const { kind } = cause as { readonly kind?: unknown };
  const name = typeof kind === 'string' ? `${cause.name} [${kind}]` : cause.name;
  const next = cause.cause === undefined || depth >= 3 ? '' : ` <- ${causes(cause.cause, depth + 1)}`;
  // What is copied from a body onto an error may be no text.
  const said = typeof cause.message === 'string' ? oneLine(cause.message) : '';
  return `${name}: ${said}${next}`;
}

/** Frames of the app where they are known, else those of its own that are not in our packages. */
function shownFrames({ stack = '', message }: Shown, frames: readonly string[] | undefined, most: number) {
  const own = stack
    .slice(stack.indexOf(message) + message.length)
    .split('\n')
    .slice(1);
  const others = own.filter((frame) => !OURS.test(frame));
  return (frames ?? (others.length > 0 ? others : own)).slice(0, Math.max(1, Math.min(MOST_FRAMES, most)));
}

/** Messages of attempts begin with their target, or end with it. */
const withoutTarget = (text: string, target: string): string =>
  text.startsWith(`${target} `) ? text.slice(target.length + 1) : text.replace(` to ${target}`, '');

const oneLine = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ');

const cut = (text: string): string =>
  text.length <= MOST_LETTERS ? text : `${text.slice(0, MOST_LETTERS - 1)}…`;

/** `steps[0].minutes`, for people; `''` for the value itself. */
export const pathText = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');
