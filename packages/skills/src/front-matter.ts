import { isRecord } from '@majordomo/core/toolkit';
import { parse } from 'yaml';

/** Fields by name; every scalar is text, so that a version of 1.0 stays that. */
export type Fields = Readonly<Record<string, unknown>>;

/** Reports a violation of the format that does not prevent reading. */
export type ReportProblem = (what: string) => void;

/** A file in two: the fields between lines of `---`, and what follows. `fields` is `undefined` without such lines. */
export interface SplitFile {
  readonly fields: Fields | undefined;
  readonly body: string;
}

/** Characters; descriptions and lists of tools do not need more. */
const MAX_FRONT_MATTER = 64 * 1024;
const FRONT_MATTER = /^---[ \t]*\r?\n([\s\S]*?)\r?\n?---[ \t]*(?:\r?\n|$)/;

/** Throws an `Error` for front matter that cannot be read even with repairs. */
export function splitFile(text: string, problem: ReportProblem): SplitFile {
  const plain = text.replace(/^\uFEFF/, '');
  const begun = plain.trimStart();
  const [front, yaml] = FRONT_MATTER.exec(begun) ?? [];
  if (front === undefined || yaml === undefined) return { fields: undefined, body: plain.trim() };
  if (begun !== plain) problem('there is blank space before its front matter');
  if (yaml.length > MAX_FRONT_MATTER)
    throw new Error(`its front matter has ${yaml.length} characters, at most ${MAX_FRONT_MATTER} are read`);
  return { fields: fieldsIn(yaml, problem), body: begun.slice(front.length).trim() };
}

function fieldsIn(yaml: string, problem: ReportProblem): Fields {
  const whole = parseYaml(yaml);
  if (typeof whole !== 'string') return whole;
  const fields = fieldByField(yaml);
  if (fields === undefined) throw new Error(`its front matter ${whole}`);
  problem(`its front matter ${whole}; what is not YAML is read as plain text`);
  return fields;
}

function parseYaml(yaml: string): Fields | string {
  try {
    // YAML would print a warning about unknown tags to stderr.
    const value: unknown = parse(yaml, { schema: 'failsafe', maxAliasCount: 10, logLevel: 'error' });
    return isRecord(value) ? value : 'has no fields';
  } catch (error) {
    return `is not YAML: ${(error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? ''}`;
  }
}

const FIELD = /^([A-Za-z_][\w-]*)[ \t]*:(?:[ \t]|$)/;

/**
 * Each field by itself, so that one that is wrong costs no other: `description: Use when: …`, `argument-hint: [file] [mode]`
 * and `tools: *` are what people write. Of two fields of one name the last counts.
 */
function fieldByField(yaml: string): Fields | undefined {
  const blocks = new Map<string, string[]>();
  let lines: string[] | undefined;
  for (const line of yaml.split(/\r?\n/)) {
    const [, name] = FIELD.exec(line) ?? [];
    if (name === undefined) lines?.push(line);
    else blocks.set(name, (lines = [line]));
  }
  if (blocks.size === 0) return undefined;
  return Object.fromEntries([...blocks].map(([name, block]) => [name, valueOf(name, block)]));
}

function valueOf(name: string, block: readonly string[]): unknown {
  const fields = parseYaml(block.join('\n'));
  return typeof fields === 'string' ? asWritten(block) : fields[name];
}

/** The text behind the colon, on one line, without the marks of a text that was meant to be quoted or folded. */
function asWritten(block: readonly string[]): string {
  const text = block
    .map((line) => line.trim())
    .join(' ')
    .trim();
  const value = text.slice(text.indexOf(':') + 1).trim();
  const [mark, last] = [value.charAt(0), value.at(-1)];
  const isQuoted = value.length > 1 && mark === last && (mark === '"' || mark === "'");
  return isQuoted ? value.slice(1, -1) : value.replace(/^[|>][+-]? +/, '');
}
