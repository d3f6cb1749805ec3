/** Folder with a `SKILL.md`. */
export interface SkillCase {
  readonly folder: string;
  /** YAML of the front matter, or `undefined` for a file without front matter. */
  readonly fields: string | undefined;
}

const D = 'description: Extracts text. Use when a PDF is attached.';
const named = (name: string, folder = name): SkillCase => ({ folder, fields: `name: ${name}\n${D}` });
const withFields = (fields: string): SkillCase => ({ folder: 'pdf', fields: `name: pdf\n${fields}` });

/** Cases by id: rules of names, of each field, and of the file. */
export const SKILL_CASES: Readonly<Record<string, SkillCase>> = {
  'name: lower-case letters and hyphens': named('pdf-forms'),
  'name: digits': named('1a2'),
  'name: a number': named('123'),
  'name: 64 characters': named('a'.repeat(64)),
  'name: 65 characters': named('a'.repeat(65)),
  'name: Chinese': named('技能'),
  'name: Cyrillic': named('навык'),
  'name: Latin with accents': named('résumé'),
  'name: composed differently than the folder': named('résumé'.normalize('NFD'), 'résumé'),
  'name: upper case': named('PDF-Forms'),
  'name: upper-case Cyrillic': named('Навык'),
  'name: underscore': named('pdf_forms'),
  'name: space': named('pdf forms'),
  'name: leading hyphen': named('-pdf'),
  'name: trailing hyphen': named('pdf-'),
  'name: two hyphens': named('pdf--forms'),
  'name: another folder': named('pdf', 'other'),
  'name: missing': { folder: 'pdf', fields: D },
  'description: missing': { folder: 'pdf', fields: 'name: pdf' },
  'description: empty': withFields('description: ""'),
  'description: 1,024 characters': withFields(`description: ${'x'.repeat(1024)}`),
  'description: 1,025 characters': withFields(`description: ${'x'.repeat(1025)}`),
  'description: markup': withFields('description: uses <b>tags</b>'),
  'license: a name': withFields(`${D}\nlicense: MIT`),
  'compatibility: a sentence': withFields(`${D}\ncompatibility: needs git`),
  'compatibility: 501 characters': withFields(`${D}\ncompatibility: ${'x'.repeat(501)}`),
  'metadata: strings': withFields(`${D}\nmetadata:\n  author: me\n  version: "1.0"`),
  'metadata: a number': withFields(`${D}\nmetadata:\n  version: 1.0`),
  'allowed-tools: a string': withFields(`${D}\nallowed-tools: Bash(git:*) Read`),
  'allowed-tools: a list': withFields(`${D}\nallowed-tools: [Read, Write]`),
  'fields: an unknown field': withFields(`${D}\nfoo: bar`),
  'file: invalid YAML': withFields('description: a: b: c'),
  'file: no front matter': { folder: 'pdf', fields: undefined },
};
