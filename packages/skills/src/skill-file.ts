import { LlmError } from '@majordomo/core';
import { isRecord } from '@majordomo/core/provider';
import { parse } from 'yaml';

/** What a `SKILL.md` says, by the Agent Skills format (agentskills.io/specification, read 2026-11). */
export interface SkillFile {
  readonly name: string;
  /** What the skill does, and when to use it. */
  readonly description: string;
  readonly license: string | undefined;
  readonly compatibility: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  /** Tools that the skill wants to use without asking. Nothing here grants them. */
  readonly allowedTools: readonly string[];
  /** The Markdown after the front matter. */
  readonly body: string;
}

const NAME = /^(?!-)(?!.*--)[a-z0-9-]{1,64}(?<!-)$/;
const FRONT_MATTER = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/;

/** Reads the text of a `SKILL.md`. `folder`: the folder's name, which must be the skill's. Throws `config`. */
export function parseSkillFile(text: string, folder?: string): SkillFile {
  const [front, yaml] = FRONT_MATTER.exec(text) ?? [];
  if (front === undefined || yaml === undefined)
    throw refused('it does not begin with YAML between lines of ---');
  const fields = fieldsOf(yaml);
  const name = required(fields, 'name', 64);
  if (!NAME.test(name))
    throw refused(`name "${name}" must be lower-case letters, digits and single hyphens between them`);
  if (folder !== undefined && folder !== name)
    throw refused(`name "${name}" must be that of its folder, "${folder}"`);
  return {
    name,
    description: required(fields, 'description', 1024),
    license: optional(fields, 'license', Infinity),
    compatibility: optional(fields, 'compatibility', 500),
    metadata: metadataOf(fields['metadata']),
    allowedTools: (optional(fields, 'allowed-tools', Infinity) ?? '')
      .split(/\s+/)
      .filter((tool) => tool !== ''),
    body: text.slice(front.length).trim(),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(yaml: string): Fields {
  let parsed: unknown;
  try {
    // Every scalar is text: a version of 1.0 stays that.
    parsed = parse(yaml, { schema: 'failsafe', maxAliasCount: 10 });
  } catch (cause) {
    throw refused(
      `its front matter is not YAML: ${cause instanceof Error ? cause.message : String(cause)}`,
      cause,
    );
  }
  if (!isRecord(parsed)) throw refused('its front matter has no fields');
  return parsed;
}

function required(fields: Fields, field: string, most: number): string {
  const value = optional(fields, field, most);
  if (value === undefined) throw refused(`it has no ${field}`);
  return value;
}

function optional(fields: Fields, field: string, most: number): string | undefined {
  const value = fields[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw refused(`${field} must be text`);
  const text = value.trim();
  if (text.length > most)
    throw refused(`${field} has ${text.length} characters, at most ${most} are allowed`);
  return text === '' ? undefined : text;
}

function metadataOf(value: unknown): Readonly<Record<string, string>> {
  if (value === undefined || value === null) return {};
  if (!isRecord(value)) throw refused('metadata must be fields');
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]): [string, string] => [
      key,
      typeof inner === 'string' ? inner : JSON.stringify(inner),
    ]),
  );
}

const refused = (why: string, cause?: unknown): LlmError =>
  new LlmError('config', `no skill: ${why}`, {}, { cause });
