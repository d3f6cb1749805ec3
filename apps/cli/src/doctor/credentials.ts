import { BACKENDS } from '../backends/backends.ts';
import type { Settings } from '../config/settings.ts';
import type { Io } from '../io.ts';
import { absent, ok, type Finding, type Section } from './finding.ts';

/** Which variables hold a credential, and where they were found. Never a value, nor a part of one. */
export function credentials({ files }: Settings, { env }: Io): Section {
  const whereIs = (name: string): string | undefined => {
    if ((env[name] ?? '') !== '') return 'environment';
    return files.find(({ config }) => (config.env?.[name] ?? '') !== '')?.file;
  };
  const rows = BACKENDS.filter(({ keyEnv }) => keyEnv.length > 0).map(({ id, keyEnv, placeEnv }) => ({
    id,
    lacks: placeEnv === undefined || whereIs(placeEnv) !== undefined ? '' : `, but no ${placeEnv}`,
    found: keyEnv.flatMap((name) => {
      const where = whereIs(name);
      return where === undefined ? [] : [`${name} (${where})`];
    }),
  }));
  const missing = rows.filter(({ found }) => found.length === 0).map(({ id }) => id);
  return {
    title: 'Credentials',
    findings: [
      ...rows.filter(({ found }) => found.length > 0).map(shown),
      ...lines(missing).map((line) => absent('none for', line)),
    ],
  };
}

interface Row {
  readonly id: string;
  readonly found: readonly string[];
  /** What is missing besides the key. */
  readonly lacks: string;
}

const shown = ({ id, found, lacks }: Row): Finding =>
  (lacks === '' ? ok : absent)(id, found.join(', ') + lacks);

const LONGEST_LINE = 60;

/** Names in lines that fit into a terminal. */
function lines(names: readonly string[]): readonly string[] {
  const filled: string[] = [];
  for (const name of names) {
    const last = filled.at(-1);
    if (last === undefined || last.length + name.length > LONGEST_LINE) filled.push(name);
    else filled[filled.length - 1] = `${last}, ${name}`;
  }
  return filled;
}
