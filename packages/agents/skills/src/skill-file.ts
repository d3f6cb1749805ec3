import { LlmError, truncateText } from '@majordomo/core';
import { isList, isRecord } from '@majordomo/core/toolkit';
import { splitFile, type Fields, type ReportProblem } from './front-matter.ts';

/** Fields of a `SKILL.md` in the Agent Skills format (agentskills.io/specification, read 2026-11). */
export interface SkillFile {
  readonly name: string;
  /** Purpose of the skill, and when to use it. */
  readonly description: string;
  readonly license: string | undefined;
  readonly compatibility: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  /** Tools that the skill requests to run without approval. An agent ignores this list. */
  readonly allowedTools: readonly string[];
  /** Markdown after the front matter. */
  readonly body: string;
}

/** Parsed `SKILL.md` and its violations of the format. */
export interface ReadSkillFile {
  readonly file: SkillFile;
  /** Violations, such as `description has 1068 characters; the maximum is 1024`. */
  readonly problems: readonly string[];
}

/** Letters and digits of any script, in groups that single hyphens separate. Invisible letters, such as U+3164, are refused. */
const NAME = /^(?!.*\p{Default_Ignorable_Code_Point})[\p{L}\p{N}]+(?:-[\p{L}\p{N}]+)*$/u;
const MAX_NAME = 64;
const MAX_DESCRIPTION = 1024;
const MAX_COMPATIBILITY = 500;
/** Maximum length of each field that becomes part of every prompt, in characters. */
const MAX_FIELD = 4096;

/**
 * Parses a `SKILL.md` strictly. If `folder` is set, the skill's name must equal this value. Throws `config` for the first
 * violation of the format.
 */
export function parseSkillFile(text: string, folder?: string): SkillFile {
  return readFields(text, folder, (what) => {
    throw invalidSkill(what);
  });
}

/** Parses a `SKILL.md` leniently. Also returns its violations of the format. Throws `config` if the text is not a skill. */
export function readSkillFile(text: string, folder?: string): ReadSkillFile {
  const problems: string[] = [];
  const file = readFields(text, folder, (what) => problems.push(what));
  return { file, problems };
}

function readFields(text: string, folder: string | undefined, problem: ReportProblem): SkillFile {
  const { fields, body } = split(text, problem);
  return {
    name: nameOf(fields, folder, problem),
    description: descriptionOf(fields, body, problem),
    license: textIn(fields, 'license', Infinity, problem),
    compatibility: textIn(fields, 'compatibility', MAX_COMPATIBILITY, problem),
    metadata: metadataOf(fields['metadata'], problem),
    allowedTools: toolsIn(fields['allowed-tools'], problem),
    body,
  };
}

function split(text: string, problem: ReportProblem): { readonly fields: Fields; readonly body: string } {
  try {
    const { fields, body } = splitFile(text, problem);
    if (fields === undefined) throw new Error('the file does not begin with YAML between lines of ---');
    return { fields, body };
  } catch (error) {
    throw LlmError.is(error)
      ? error
      : invalidSkill(error instanceof Error ? error.message : String(error), error);
  }
}

/** Returns the skill's name if it is valid, otherwise the folder's name. Without a folder, returns the invalid name. */
function nameOf(fields: Fields, folder: string | undefined, problem: ReportProblem): string {
  const written = textIn(fields, 'name', MAX_NAME, problem);
  if (written === undefined) {
    problem('the name is missing');
    if (folder === undefined) throw invalidSkill('the name is missing');
    return folder;
  }
  // The specification compares names in this form, because file systems compose accents differently.
  const name = written.normalize('NFKC');
  if (!NAME.test(name) || name !== name.toLowerCase()) {
    problem(`name "${name}" must consist of lower-case letters and digits, separated by single hyphens`);
    return folder ?? name;
  }
  if (folder !== undefined && folder.normalize('NFKC') !== name)
    problem(`name "${name}" must equal the name of its folder, "${folder}"`);
  return name;
}

function descriptionOf(fields: Fields, body: string, problem: ReportProblem): string {
  const description = textIn(fields, 'description', MAX_DESCRIPTION, problem);
  // Claude Code appends this field to the description.
  const when = textIn(fields, 'when_to_use', MAX_DESCRIPTION, problem);
  if (description !== undefined) return when === undefined ? description : `${description} ${when}`;
  if (when !== undefined) return when;
  problem('the description is missing');
  // The first paragraph that is not a heading, code or a rule describes the skill.
  const first = body.split(/\r?\n[ \t]*\r?\n/).find((paragraph) => !/^\s*(?:#|$|```|---)/.test(paragraph));
  if (first === undefined) throw invalidSkill('the description is missing');
  return truncateText(first.trim(), MAX_DESCRIPTION);
}

/** Returns a field as text, cut at `MAX_FIELD` characters. Joins the items of a list. Reports text longer than `maxLength`. */
function textIn(
  fields: Fields,
  field: string,
  maxLength: number,
  problem: ReportProblem,
): string | undefined {
  const value = fields[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') problem(`${field} must be a string`);
  const text = typeof value === 'string' ? value.trim() : listText(value);
  if (text.length > maxLength) problem(`${field} has ${text.length} characters; the maximum is ${maxLength}`);
  return text === '' ? undefined : truncateText(text, MAX_FIELD);
}

const toText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Returns a value as text. Joins the items of a list. */
const listText = (value: unknown): string => (isList(value) ? value.map(toText).join(', ') : toText(value));

/** Splits a list such as `Bash(git status:*), Read` at spaces and commas outside of parentheses. */
function toolsIn(value: unknown, problem: ReportProblem): readonly string[] {
  if (value === undefined || value === null) return [];
  if (typeof value !== 'string') problem('allowed-tools must be a string');
  const text = listText(value);
  return text.match(/[^\s,()]+(?:\((?:[^()]|\([^()]*\))*\))?/g) ?? [];
}

function metadataOf(value: unknown, problem: ReportProblem): Readonly<Record<string, string>> {
  if (value === undefined || value === null) return {};
  if (!isRecord(value)) {
    problem('metadata must be an object');
    return {};
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]): [string, string] => [key, toText(inner)]),
  );
}

const invalidSkill = (why: string, cause?: unknown): LlmError =>
  new LlmError('config', `the skill is invalid, because ${why}`, {}, { cause });
