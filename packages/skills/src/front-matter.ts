import { isRecord } from '@majordomo/core/provider';
import { parse } from 'yaml';

/** Fields by name; every scalar is text, so that a version of 1.0 stays that. */
export type Fields = Readonly<Record<string, unknown>>;

/** Told what is against the format, and could be read all the same. */
export type Problem = (what: string) => void;

/** A file in two: the fields between lines of `---`, and what follows. `fields` is `undefined` without such lines. */
export interface SplitFile {
  readonly fields: Fields | undefined;
  readonly body: string;
}

/** Characters; descriptions and lists of tools do not need more. */
const LONGEST_FRONT_MATTER = 64 * 1024;
const FRONT_MATTER = /^---[ \t]*\r?\n([\s\S]*?)\r?\n?---[ \t]*(?:\r?\n|$)/;

/** Throws an `Error` for front matter that cannot be read even with repairs. */
export function splitFile(text: string, problem: Problem): SplitFile {
  const plain = text.replace(/^\uFEFF/, '');
  const begun = plain.trimStart();
  const [front, yaml] = FRONT_MATTER.exec(begun) ?? [];
  if (front === undefined || yaml === undefined) return { fields: undefined, body: plain.trim() };
  if (begun !== plain) problem('there is blank space before its front matter');
  if (yaml.length > LONGEST_FRONT_MATTER)
    throw new Error(
      `its front matter has ${yaml.length} characters, at most ${LONGEST_FRONT_MATTER} are read`,
    );
  return { fields: fieldsIn(yaml, problem), body: begun.slice(front.length).trim() };
}

function fieldsIn(yaml: string, problem: Problem): Fields {
  const first = parsed(yaml);
  if (typeof first !== 'string') return first;
  const repaired = parsed(yaml.split(/\r?\n/).map(quoted).join('\n'));
  if (typeof repaired === 'string') throw new Error(`its front matter ${first}`);
  problem(`its front matter ${first}; it is read as if its values stood in quotes`);
  return repaired;
}

/** The fields, or why there are none. */
function parsed(yaml: string): Fields | string {
  try {
    // Tags that nobody knows would be told on stderr.
    const value: unknown = parse(yaml, { schema: 'failsafe', maxAliasCount: 10, logLevel: 'error' });
    return isRecord(value) ? value : 'has no fields';
  } catch (error) {
    return `is not YAML: ${(error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? ''}`;
  }
}

/** `description: Use when: …` is what people write; a value that is plain text has no other meaning. */
function quoted(line: string): string {
  const [, head, value] = /^([A-Za-z][\w-]*:[ \t]+)([^\s"'|>[{&*!#].*)$/.exec(line) ?? [];
  return head === undefined || value === undefined ? line : `${head}${JSON.stringify(value.trim())}`;
}
