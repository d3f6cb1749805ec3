import { isRecord } from '@majordomo/core/toolkit';
import { parse } from 'yaml';

/** Fields of front matter, by name. Every scalar is a string, so that the version `1.0` does not become 1. */
export type Fields = Readonly<Record<string, unknown>>;

/** Function that reports a violation of the format that does not prevent the file from being read. */
export type ReportProblem = (what: string) => void;

/** Front matter and body of a file. `fields` is `undefined` if the file does not begin with front matter. */
export interface SplitFile {
  readonly fields: Fields | undefined;
  readonly body: string;
}

/** Maximum length of front matter, in characters. */
const MAX_FRONT_MATTER = 64 * 1024;
const FRONT_MATTER = /^---[ \t]*\r?\n([\s\S]*?)\r?\n?---[ \t]*(?:\r?\n|$)/;

/** Splits a file into front matter and body. Throws an `Error` if the front matter cannot be parsed. */
export function splitFile(text: string, problem: ReportProblem): SplitFile {
  const plain = text.replace(/^\uFEFF/, '');
  const trimmed = plain.trimStart();
  const [front, yaml] = FRONT_MATTER.exec(trimmed) ?? [];
  if (front === undefined || yaml === undefined) return { fields: undefined, body: plain.trim() };
  if (trimmed !== plain) problem('whitespace precedes the front matter');
  if (yaml.length > MAX_FRONT_MATTER)
    throw new Error(`the front matter has ${yaml.length} characters; the maximum is ${MAX_FRONT_MATTER}`);
  return { fields: fieldsIn(yaml, problem), body: trimmed.slice(front.length).trim() };
}

function fieldsIn(yaml: string, problem: ReportProblem): Fields {
  const parsed = parseYaml(yaml);
  if (typeof parsed !== 'string') return parsed;
  const fields = fieldByField(yaml);
  if (fields === undefined) throw new Error(`the front matter ${parsed}`);
  problem(`the front matter ${parsed}; its fields were read as plain text`);
  return fields;
}

function parseYaml(yaml: string): Fields | string {
  try {
    // The schema `failsafe` parses every scalar as a string. The log level suppresses warnings about unknown tags on stderr.
    // The limit of aliases prevents a short text from becoming a very large value.
    const value: unknown = parse(yaml, { schema: 'failsafe', maxAliasCount: 10, logLevel: 'error' });
    return isRecord(value) ? value : 'has no fields';
  } catch (error) {
    return `is not YAML: ${(error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? ''}`;
  }
}

const FIELD = /^([A-Za-z_][\w-]*)[ \t]*:(?:[ \t]|$)/;

/**
 * Parses each field separately, so that an invalid field does not affect the other fields. Common invalid fields are
 * `description: Use when: …`, `argument-hint: [file] [mode]` and `tools: *`. If several fields have the same name, the last field
 * is used.
 */
function fieldByField(yaml: string): Fields | undefined {
  const blocks = new Map<string, string[]>();
  let lines: string[] | undefined;
  for (const line of yaml.split(/\r?\n/)) {
    const [, name] = FIELD.exec(line) ?? [];
    if (name === undefined) {
      lines?.push(line);
    } else {
      lines = [line];
      blocks.set(name, lines);
    }
  }
  if (blocks.size === 0) return undefined;
  return Object.fromEntries([...blocks].map(([name, block]) => [name, valueOf(name, block)]));
}

function valueOf(name: string, block: readonly string[]): unknown {
  const fields = parseYaml(block.join('\n'));
  return typeof fields === 'string' ? asWritten(block) : fields[name];
}

/** Returns a field's unparsed value on one line, without quotation marks and YAML's folding marks. */
function asWritten(block: readonly string[]): string {
  const text = block
    .map((line) => line.trim())
    .join(' ')
    .trim();
  const value = text.slice(text.indexOf(':') + 1).trim();
  const mark = value.charAt(0);
  const last = value.at(-1);
  const isQuoted = value.length > 1 && mark === last && (mark === '"' || mark === "'");
  return isQuoted ? value.slice(1, -1) : value.replace(/^[|>][+-]? +/, '');
}
